import { expect, it } from "vitest";
import { startCluster } from "../../test/cluster.ts";
import { eventually } from "../../test/patience.ts";
import { shareClusters } from "../../test/shared-clusters.ts";
import { APP, connectTagged, find, isLive, rowWith, useDashboard } from "./test/dashboard-page.ts";

const sharedCluster = shareClusters();
const dashboard = useDashboard();

it("shows at once, and then each second, what a cluster with traffic does", async () => {
  const cluster = await sharedCluster({ app: APP });
  const clients = await Promise.all(Array.from({ length: 4 }, () => cluster.connect()));
  for (const client of clients) await client.ask([8, 1, "news"]);
  let over = false;
  const traffic = (async () => {
    for (let id = 2; !over; id++) {
      for (const client of clients) client.send([2, id, "add", { x: 1, y: 2 }]);
      clients[0]?.send([11, null, "news", id]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const page = await dashboard.open(cluster);
  await isLive(page);
  await page.locator("#tile-connections", { hasText: /^4$/ }).waitFor();
  await page.locator("#tile-calls", { hasText: /^[1-9][\d,.]*\/s$/ }).waitFor();
  await page.locator("#tile-latency", { hasText: /^[\d.]+ m?s$/ }).waitFor();
  const chart = page.locator("#chart-rates .plot");
  const points = async () => Number(await chart.getAttribute("data-points"));
  const before = await points();
  await eventually(async () => expect(await points()).toBeGreaterThan(before + 1));
  expect(await chart.getAttribute("aria-label")).toMatch(/now: messages in [1-9].*deliveries [1-9]/);
  // and it is drawn
  const drawn = await chart.locator("canvas").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return [...data].filter((value, index) => index % 4 === 3 && value > 0).length;
  });
  expect(drawn).toBeGreaterThan(500);

  for (const text of ["primary", "worker 1", "worker 2"]) {
    await page
      .locator("#workers tr", { hasText: text })
      .getByText(/serving|ready/)
      .waitFor();
  }
  await page.locator("#procedures tr", { hasText: /^add\d/ }).waitFor();
  await page.locator("#channels tr", { hasText: /^news4[1-9]/ }).waitFor();

  // who comes later sees what was before
  const later = await dashboard.open(cluster);
  await isLive(later);
  await eventually(async () => {
    expect(Number(await later.locator("#chart-rates .plot").getAttribute("data-points"))).toBeGreaterThan(2);
  });
  over = true;
  await traffic;
});

it("finds connections by their tags, and closes the very one that it was told to, after a word", async () => {
  const cluster = await sharedCluster({ app: APP });
  const pro = { plan: "pro", "full name": "a = b" };
  const clients = await connectTagged(cluster, { ann: pro, bob: { plan: "pro" }, cyd: { plan: "free" } });
  const page = await dashboard.open(cluster);
  await page.locator("#found", { hasText: "3 connections in all." }).waitFor();
  await find(page, "plan=pro");
  await page.locator("#found", { hasText: "2 connections with plan=pro." }).waitFor();
  expect(await page.locator("#connections tr").count()).toBe(2);
  await rowWith(page, "ann").getByRole("button", { name: "full%20name=a%20%3D%20b" }).click();
  await page.locator("#found", { hasText: /^1 connection with full/ }).waitFor();
  await find(page, "plan");
  await page.locator("#found", { hasText: "“plan” is no tag" }).waitFor();
  await find(page, "plan=pro");
  await page.locator("#found", { hasText: "2 connections with plan=pro." }).waitFor();

  const close = rowWith(page, "bob").getByRole("button", { name: /^Close/ });
  await close.click();
  const dialog = page.getByRole("dialog", { name: "Close" });
  expect(await dialog.getByText(/^Closes connection \S+ of user “bob” at worker [12]/).count()).toBe(1);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await close.press("Enter");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
  for (const client of clients.values()) expect(await client.ask([14, "there"])).toEqual([15, "there"]);

  await close.click();
  await dialog.getByLabel("Last words").fill("bye");
  await dialog.getByRole("button", { name: "Close 1" }).click();
  await page.getByText("Closed 1 connection.").waitFor();
  await page.locator("#found", { hasText: "1 connection with plan=pro." }).waitFor();
  expect(await clients.get("bob")?.next()).toEqual([12, "$direct", "bye"]);
  expect(await clients.get("bob")?.closed).toMatchObject({ code: 1000 });
  for (const name of ["ann", "cyd"]) expect(await clients.get(name)?.ask([14, name])).toEqual([15, name]);

  await find(page, "");
  await page.locator("#found", { hasText: "2 connections in all." }).waitFor();
  await page.getByRole("button", { name: "Tag all…" }).click();
  await page.getByRole("dialog").getByLabel("Tags").fill("seen=1");
  await page.getByRole("button", { name: "Tag 2" }).click();
  await page.locator("#connections .chip", { hasText: "seen=1" }).nth(1).waitFor();
  await page.getByRole("button", { name: "Send to all…" }).click();
  await page.getByRole("dialog").getByLabel("What to send").fill('{"hello":1}');
  await page.getByRole("button", { name: "Send to 2" }).click();
  for (const name of ["ann", "cyd"]) expect(await clients.get(name)?.next()).toEqual([12, "$direct", { hello: 1 }]);
});

it("goes through many connections page by page, over all workers", async () => {
  const cluster = await sharedCluster({ app: APP });
  for (let count = 0; count < 45; count++) await cluster.connect();
  const page = await dashboard.open(cluster);
  await page.locator("#found", { hasText: "45 connections in all." }).waitFor();
  const seen = new Set<string | null>();
  for (const rows of [20, 20, 5]) {
    await eventually(async () => expect(await page.locator("#connections tr").count()).toBe(rows));
    const ids = await page.locator("#connections td:first-child span").allTextContents();
    for (const id of ids) seen.add(id);
    const next = page.getByRole("button", { name: "Next" });
    if (rows === 5) expect(await next.isDisabled()).toBe(true);
    else {
      await next.click();
      await page.locator("#page", { hasText: `Page ${Math.ceil(seen.size / 20) + 1}` }).waitFor();
    }
  }
  expect(seen.size).toBe(45);
  await page.getByRole("button", { name: "Previous" }).click();
  await page.locator("#page", { hasText: "Page 2" }).waitFor();
});

it("publishes, calls, revokes and scales, each after it has said to how many", async () => {
  const cluster = await startCluster({ app: APP });
  const client = (await connectTagged(cluster, { ann: {} })).get("ann");
  await client?.ask([8, 3, "news"]);
  const page = await dashboard.open(cluster);
  await page.locator("#channels tr", { hasText: "news" }).waitFor();

  await page.getByLabel("Channel", { exact: true }).fill("news");
  await page.getByLabel("Data, as JSON").fill("{ 1 }");
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.locator("#publish-answer", { hasText: "Not sent" }).waitFor();
  await page.getByLabel("Data, as JSON").fill('{"n":1}');
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("dialog").getByText("about 1 subscriber").waitFor();
  await page.getByRole("button", { name: "Publish 1" }).click();
  await page.locator("#publish-answer", { hasText: "Published." }).waitFor();
  expect(await client?.next()).toEqual([12, "news", { n: 1 }]);

  await page.locator('#procedure-names option[value="add"]').waitFor({ state: "attached" });
  await page.getByLabel("Procedure", { exact: true }).fill("add");
  await page.getByLabel("Input, as JSON").fill('{"x":40,"y":2}');
  await page.getByRole("button", { name: "Call…" }).click();
  await page.getByRole("button", { name: "Call 1" }).click();
  await page.locator("#call-answer", { hasText: '"result": 42' }).waitFor();

  await page.getByLabel("Socket workers").fill("3");
  await page.getByRole("button", { name: "Scale…" }).click();
  await page.getByRole("dialog", { name: "Scale from 2 to 3" }).getByText("Starts 1 socket worker more.").waitFor();
  await page.getByRole("button", { name: "Scale to 3" }).click();
  await page.locator("#workers tr", { hasText: "worker 3" }).getByText("serving").waitFor();

  await page.getByLabel("Name or id").fill("ann");
  await page.getByRole("button", { name: "Revoke…" }).click();
  await page.getByRole("dialog").getByText("Ends all sessions of user “ann”, and 1 connection").waitFor();
  await page.getByRole("button", { name: "Revoke 1" }).click();
  await page.locator("#revoke-answer", { hasText: "1 session ended." }).waitFor();
  expect(await client?.closed).toMatchObject({ code: 4401 });
});

it("has the server renewed, and ended, and sees to its end how that goes", async () => {
  const cluster = await sharedCluster({ app: APP });
  await cluster.connect();
  const before = (await cluster.status()).map(({ pid }) => pid);
  const page = await dashboard.open(cluster);
  await page.locator("#tile-connections", { hasText: /^1$/ }).waitFor();
  await page.getByRole("button", { name: "Reload…" }).click();
  await page.getByRole("dialog").getByText("Replaces 2 socket workers, one after the other").waitFor();
  await page.getByRole("button", { name: "Replace 2" }).click();
  for (const pid of before) await page.locator("#workers", { hasText: `pid ${pid}` }).waitFor({ state: "detached" });
  await page.locator("#rollout", { hasText: /^$/ }).waitFor({ state: "attached" });
  const drain = page.getByRole("button", { name: "Drain…" });
  await drain.click();
  await page.getByRole("dialog", { name: "Drain" }).getByRole("button", { name: "Cancel" }).press("Enter");
  await isLive(page);
  await drain.click();
  await page
    .getByRole("dialog")
    .getByText(/calls finish, then \d connections? are closed/)
    .waitFor();
  dashboard.forgive();
  await page.getByRole("button", { name: "End the server" }).click();
  expect(await cluster.exited).toEqual({ code: 0, signal: null });
  await page.locator("#state", { hasText: /^connection lost/ }).waitFor();
});
