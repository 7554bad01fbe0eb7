import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type CallingOptions, CallingPage, codesOf, type PageCall } from "./test/calling-page.ts";
import { CountedCluster } from "./test/counted-cluster.ts";
import { type DesktopBrowser, startDesktopBrowser } from "./test/desktop-browser.ts";
import { eventually } from "./test/patience.ts";

/** So short that three of them pass while a page is frozen, after which the server gives up who is silent. */
const HEARTBEAT_MS = "500";
const FROZEN_MS = 4_000;
const OFFLINE_MS = 1_500;
/** Longer than a page that is seen waits between two attempts. */
const UNSEEN_MS = 4_000;

let browser: DesktopBrowser;
/** In front of it a page is hidden. */
let otherTab: Page;

beforeAll(async () => {
  browser = await startDesktopBrowser();
  otherTab = await browser.context.newPage();
});

afterAll(async () => {
  await browser?.stop();
});

interface Opened {
  readonly server: CountedCluster;
  readonly page: CallingPage;
  readonly cdp: CDPSession;
}

/** Starts a server, and opens a page of it that is seen. */
async function open(env?: Readonly<Record<string, string>>, options?: CallingOptions): Promise<Opened> {
  const server = new CountedCluster(env);
  await server.start();
  const page = await CallingPage.open(browser.context, server.url, options);
  await page.page.bringToFront();
  return { server, page, cdp: await browser.context.newCDPSession(page.page) };
}

/** Hides a page and freezes it, as a browser does with a tab that nobody looked at for long; it is thawed by what is returned. */
async function freeze({ page, cdp }: Opened): Promise<() => Promise<number>> {
  await otherTab.bringToFront();
  const frozenAt = performance.now();
  await cdp.send("Page.setWebLifecycleState", { state: "frozen" });
  await eventually(async () => expect((await page.notes()).life).toEqual(["hidden", "freeze"]));
  return async () => {
    await cdp.send("Page.setWebLifecycleState", { state: "active" });
    return performance.now() - frozenAt;
  };
}

/** What must hold of a page that calls, once everything is as it was before. */
async function checkBack({ page, server }: Opened, pausedMs = 0): Promise<readonly PageCall[]> {
  await page.answeredSince();
  await server.publish("all is well");
  await page.informed("all is well");
  return page.settle(() => server.runs, pausedMs);
}

/** Takes a port in the place of a server that is down, and counts who dials it. */
async function countDials(port: number): Promise<{ count(): number; end(): Promise<void> }> {
  let count = 0;
  const listener = createServer((socket) => {
    count++;
    socket.on("error", () => {}).destroy();
  });
  await once(listener.listen(port, "127.0.0.1"), "listening");
  const end = async () => {
    if (listener.listening) await once(listener.close(), "close");
  };
  onTestFinished(end);
  return { count: () => count, end };
}

describe("a page that goes on calling", () => {
  it("goes on with its session when it was frozen for longer than a server waits for a sign of life", async () => {
    const opened = await open({ HEARTBEAT_MS });
    const { page } = opened;
    const thaw = await freeze(opened);
    const made = (await page.notes()).calls.length;
    await sleep(FROZEN_MS);
    expect((await page.notes()).calls.length).toBe(made);
    const pausedMs = await thaw();
    await page.page.bringToFront();
    expect(codesOf(await checkBack(opened, pausedMs))).toEqual(new Set());
    // Chromium answers pings for a frozen page, and drops its WebSocket when it goes on; others may keep it
    const { life, welcomes } = await page.notes();
    expect(life).toEqual(["hidden", "freeze", "resume", "visible"]);
    expect(new Set(welcomes.map(({ session }) => session)).size).toBe(1);
    expect(welcomes.slice(1).filter(({ resumed }) => !resumed)).toEqual([]);
  });

  it("goes on with its session when its connection was lost while it was frozen", async () => {
    const opened = await open();
    const { page, server } = opened;
    const thaw = await freeze(opened);
    process.kill(await server.pidOf((await page.welcome()).worker), "SIGKILL");
    await sleep(FROZEN_MS);
    const pausedMs = await thaw();
    await page.told(/^connection lost \(1006.*dials when the page is visible/);
    await page.page.bringToFront();
    const calls = await checkBack(opened, pausedMs);
    const { welcomes } = await page.notes();
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, true]);
    expect(welcomes[1]?.session).toBe(welcomes[0]?.session);
    // what ran when its worker died
    expect([...codesOf(calls)].filter((code) => code !== "UNAVAILABLE")).toEqual([]);
    await page.told("connecting: the page is visible again", /^back after .* the same session, 1 subscription/);
  });

  it("goes on with its connection after a moment without a network", async () => {
    const opened = await open();
    const { page } = opened;
    await browser.context.setOffline(true);
    onTestFinished(() => browser.context.setOffline(false));
    const offlineAt = await page.now();
    await sleep(OFFLINE_MS);
    const meanwhile = (await page.notes()).calls.filter(({ at }) => at > offlineAt);
    expect(meanwhile.length).toBeGreaterThan(0);
    // Chromium keeps the WebSocket, and lets nothing pass
    expect(meanwhile.filter(({ ms }) => ms !== undefined)).toEqual([]);
    await browser.context.setOffline(false);
    expect(codesOf(await checkBack(opened))).toEqual(new Set());
    const { life, welcomes } = await page.notes();
    expect(life).toEqual(["offline", "online"]);
    expect(welcomes.length).toBe(1);
  });

  it("notices that the network is gone, and comes back with its session as soon as there is one", async () => {
    const opened = await open({ HEARTBEAT_MS });
    const { page } = opened;
    await browser.context.setOffline(true);
    onTestFinished(() => browser.context.setOffline(false));
    await page.told(/^connection lost \(4408, no heartbeat\): next try in /, /^not connected \(1006/);
    await browser.context.setOffline(false);
    expect(codesOf(await checkBack(opened))).toEqual(new Set());
    const { welcomes } = await page.notes();
    expect(welcomes.map(({ resumed }) => resumed)).toEqual([false, true]);
    expect(welcomes[1]?.session).toBe(welcomes[0]?.session);
    await page.told("connecting: online again", /^back after .* the same session, 1 subscription/);
  });

  it("does not dial while nobody sees it, and at once when somebody does", async () => {
    // no call is to end for want of time, however long the server takes to come back
    const opened = await open({}, { timeoutMs: 30_000 });
    const { page, server } = opened;
    await server.stop("SIGKILL");
    const dials = await countDials(server.port);
    await eventually(() => expect(dials.count()).toBeGreaterThanOrEqual(2));
    await otherTab.bringToFront();
    await page.told("dials when the page is visible");
    const [dialled, told] = [dials.count(), page.story.length];
    await sleep(UNSEEN_MS);
    expect(dials.count()).toBe(dialled);
    await dials.end();
    await server.start();
    expect(page.story.slice(told)).toEqual([]);
    await page.page.bringToFront();
    expect(codesOf(await checkBack(opened))).toEqual(new Set(["UNAVAILABLE"]));
    expect(page.story.slice(told)).toEqual([
      "connecting: the page is visible again",
      expect.stringMatching(/^back after .* a new session, 1 subscription/),
    ]);
  });
});
