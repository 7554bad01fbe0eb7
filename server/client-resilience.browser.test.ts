import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "./test/browser.ts";
import { CallingPage, codesOf, type PageCall } from "./test/calling-page.ts";
import { CountedCluster } from "./test/counted-cluster.ts";
import { eventually } from "./test/patience.ts";

/** How long the server is away. */
const AWAY_MS = 5_000;
const KILLS = 3;

let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(async () => {
  await context.close();
});

/** What must hold of a page that calls, once its server is as it was before. */
async function checkBack(page: CallingPage, server: CountedCluster): Promise<readonly PageCall[]> {
  await page.answeredSince();
  await server.publish("all is well");
  await page.informed("all is well");
  return page.settle(() => server.runs);
}

describe("a page that goes on calling", () => {
  it("keeps its session, and no call runs twice, when its socket worker is killed again and again", async () => {
    const server = new CountedCluster();
    await server.start();
    const page = await CallingPage.open(context, server.url);
    for (let kill = 1; kill <= KILLS; kill++) {
      await page.answeredSince();
      process.kill(await server.pidOf((await page.welcome()).worker), "SIGKILL");
      await page.welcomed(1 + kill);
    }
    const calls = await checkBack(page, server);
    const { welcomes } = await page.notes();
    expect(new Set(welcomes.map(({ session }) => session)).size).toBe(1);
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, ...Array(KILLS).fill(true)]);
    // what ran when its worker died, and nothing else: one takes 300 ms at most, so that there are about ten of them
    expect(codesOf(calls)).toEqual(new Set(["UNAVAILABLE"]));
    expect(calls.filter(({ failed }) => failed !== undefined).length).toBeLessThan(15 * KILLS);
    await page.told(/^connected to worker [12] /, /^connection lost \(1006/, /^back after .* the same session, 1 sub/);
  });

  it("goes on elsewhere when its socket worker hangs, and nothing runs twice when that wakes up", async () => {
    const server = new CountedCluster({ HEARTBEAT_MS: "400" });
    await server.start();
    const page = await CallingPage.open(context, server.url, { timeoutMs: 1_000, attempts: 30 });
    const { worker } = await page.welcome();
    const pid = await server.pidOf(worker);
    process.kill(pid, "SIGSTOP");
    await page.welcomed(2);
    await page.answeredSince();
    process.kill(pid, "SIGCONT");
    // it has read by then what it was sent before, and knows that the session has gone
    await eventually(async () => {
      const status = (await server.cluster.status()).find((one) => one.pid === pid);
      expect(status?.connections).toBe(0);
    });
    expect(codesOf(await checkBack(page, server))).toEqual(new Set());
    const { welcomes } = await page.notes();
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, true]);
    expect(welcomes.map((welcome) => welcome.worker)).toEqual([worker, 3 - worker]);
    expect(welcomes[1]?.session).toBe(welcomes[0]?.session);
    await page.told(/^connection lost \(4408, no heartbeat\)/, /^back after .* the same session.* calls repeated$/);
  });

  it("loses nothing when the server is stopped in an orderly way and started again", async () => {
    const server = new CountedCluster();
    await server.start();
    const page = await CallingPage.open(context, server.url, { timeoutMs: 30_000 });
    await page.answeredSince();
    await server.stop("SIGTERM");
    await sleep(AWAY_MS);
    await server.start();
    const calls = await checkBack(page, server);
    const { welcomes } = await page.notes();
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, false]);
    // what ran was answered before the page left, and what came later waited for the next server
    expect(codesOf(calls)).toEqual(new Set());
    const longest = Math.max(...calls.map(({ ms = 0 }) => ms));
    expect(longest).toBeGreaterThan(AWAY_MS);
    await page.told("the server asks to leave", "connection lost", /^not connected \(1006.* next try in /);
    await page.told(/^back after .* a new session, 1 subscription/);
  });

  it("says of what ran when the whole server was killed that nobody knows, and goes on with the next one", async () => {
    const server = new CountedCluster();
    await server.start();
    const page = await CallingPage.open(context, server.url, { timeoutMs: 30_000 });
    await server.stop("SIGKILL");
    await server.start();
    await page.welcomed(2);
    const calls = await checkBack(page, server);
    const { welcomes } = await page.notes();
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, false]);
    expect(codesOf(calls)).toEqual(new Set(["UNAVAILABLE"]));
    await page.told(/^connection lost \(1006/, /^back after .* a new session, 1 subscription/);
  });

  it("keeps no call waiting beyond its time when the whole server is away for longer", async () => {
    const server = new CountedCluster();
    await server.start();
    const page = await CallingPage.open(context, server.url, { timeoutMs: 500, attempts: 3 });
    await server.stop("SIGKILL");
    await sleep(AWAY_MS);
    await server.start();
    await page.welcomed(2);
    expect(codesOf(await checkBack(page, server))).toEqual(new Set(["TIMEOUT"]));
    const { welcomes } = await page.notes();
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, false]);
    await page.told(/^connection lost \(1006/, "not connected", /^back after .* a new session, 1 subscription/);
  });
});
