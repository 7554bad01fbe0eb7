import { expect, it } from "vitest";
import { startCluster } from "../../test/cluster.ts";
import { startTwoHosts } from "../../test/two-hosts.ts";
import { isLive, useDashboard } from "./test/dashboard-page.ts";

const dashboard = useDashboard();

it("shows all hosts where there are several, which of them it is of, and who comes and goes", async () => {
  const { one, two, start } = await startTwoHosts();
  const page = await dashboard.open(two);
  await isLive(page);
  await page.getByRole("heading", { name: "Hosts" }).waitFor();
  const { hosts } = (await two.json("/workers")) as { hosts: { id: string }[] };
  const rows = page.locator("#hosts tr");
  await rows.nth(1).waitFor();
  const [first = "", second = ""] = await rows.allTextContents();
  expect(first.startsWith(`one${hosts[0]?.id.slice(0, 6)}`), first).toBe(true);
  expect(second.startsWith(`two (this one)${hosts[1]?.id.slice(0, 6)}`), second).toBe(true);
  await start("three");
  await page.locator("#hosts tr", { hasText: /^three/ }).waitFor();
  one.kill("SIGTERM");
  await page.locator("#hosts tr", { hasText: /^one/ }).waitFor({ state: "detached" });
  expect(await rows.count()).toBe(2);
});

it("says nothing of hosts where there is but one", async () => {
  const page = await dashboard.open(await startCluster());
  await isLive(page);
  await page.locator("#workers tr", { hasText: "worker 1" }).waitFor();
  expect(await page.getByRole("heading", { name: "Hosts" }).isVisible()).toBe(false);
});
