import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { startCluster } from "../../test/cluster.ts";
import { shareClusters } from "../../test/shared-clusters.ts";
import { APP, connectTagged, isLive, isTooWide, rowWith, useDashboard } from "./test/dashboard-page.ts";

const sharedCluster = shareClusters();
const TOKEN = "a-token-of-the-tests";
const dashboard = useDashboard();

function shownColour(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

it("asks for the token where there is one, keeps it in its tab, and shows nothing without it", async () => {
  const cluster = await startCluster({ app: APP, env: { CONTROL_TOKEN: TOKEN } });
  const page = await dashboard.open(cluster);
  const field = page.getByLabel("Control token");
  await field.waitFor();
  expect(await page.locator("main").isVisible()).toBe(false);
  await field.fill(`${TOKEN}!`);
  await field.press("Enter");
  await page.getByRole("alert").getByText("That is not the token of this server.").waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await field.fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await isLive(page);
  await page.locator("#workers tr", { hasText: "worker 2" }).waitFor();
  await page.reload();
  await isLive(page);
  const kept = await page.evaluate(() => [Object.values({ ...localStorage }), document.cookie, location.href].join());
  expect(kept).not.toContain(TOKEN);
  await page.getByRole("button", { name: "Sign out" }).click();
  await field.waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await page.reload();
  await field.waitFor();
});

it("is dark where the system is, light where it is not, and what somebody chose", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [dark, light] = ["rgb(18, 22, 21)", "rgb(246, 245, 241)"];
  const page = await dashboard.open(cluster, { colorScheme: "dark" });
  expect(await shownColour(page)).toBe(dark);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await shownColour(page)).toBe(light);
  await page.getByText("Dark", { exact: true }).click();
  expect(await shownColour(page)).toBe(dark);
  await page.reload();
  expect(await shownColour(page)).toBe(dark);
  await page.getByText("Auto", { exact: true }).click();
  expect(await shownColour(page)).toBe(light);
});

it("fits a phone, and what is on it can be pressed", async () => {
  const cluster = await sharedCluster({ app: APP });
  const name = `somebody-with-a-name-${"x".repeat(150)}`;
  await connectTagged(cluster, { [name]: { plan: "y".repeat(200) } });
  const page = await dashboard.open(cluster, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  await rowWith(page, name).waitFor();
  await page.locator("#chart-rates canvas").waitFor();
  expect(await isTooWide(page)).toBe(false);
  await rowWith(page, name)
    .getByRole("button", { name: /^Close/ })
    .tap();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).waitFor();
  expect(await isTooWide(page)).toBe(false);
  const box = await dialog.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 1_000)).toBeLessThanOrEqual(360);
});

it("says of a worker that is silent that it is, and of itself that it has lost the server", async () => {
  const cluster = await sharedCluster({ app: APP });
  const page = await dashboard.open(cluster);
  await isLive(page);
  const [worker] = await cluster.status();
  process.kill(worker?.pid ?? 0, "SIGSTOP");
  await page
    .locator("#workers tr", { hasText: `pid ${worker?.pid}` })
    .getByText("silent")
    .waitFor();
  await page.locator("#sub-connections", { hasText: "1 worker silent" }).waitFor();
  process.kill(worker?.pid ?? 0, "SIGCONT");
  await page
    .locator("#workers tr", { hasText: `pid ${worker?.pid}` })
    .getByText("serving")
    .waitFor();
  dashboard.forgive();
  cluster.kill("SIGKILL");
  await page.locator("#state", { hasText: /^connection lost/ }).waitFor();
  expect(await page.locator("main.stale").count()).toBe(1);
});
