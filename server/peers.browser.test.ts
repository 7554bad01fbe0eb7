import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../shared/errors.ts";
import type { Cluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { launchPeerBrowser, PeerPage, peerCluster, startPeerCluster } from "./test/peer-page.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
let browser: Browser;

beforeAll(async () => {
  browser = await launchPeerBrowser();
});

afterAll(async () => {
  await browser?.close();
});

/** Two pages on different socket workers that are connected. */
async function pair(cluster: Cluster): Promise<[one: PeerPage, other: PeerPage]> {
  const one = await PeerPage.seek(browser, cluster, { info: { name: "Ann" } });
  const other = await PeerPage.seek(browser, cluster, { info: { name: "Bob" } }, one);
  await one.there();
  await other.there();
  return [one, other];
}

describe("two pages on different socket workers", () => {
  it("find each other and talk, and fetch what that takes only then", async () => {
    const cluster = await sharedCluster(peerCluster());
    const one = await PeerPage.open(browser, cluster);
    const fetched: string[] = [];
    one.page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    await one.seek({ info: { name: "Ann" } });
    expect(fetched.filter((path) => path.startsWith("/client"))).toEqual(["/client-peers.mjs"]);
    const other = await PeerPage.seek(browser, cluster, {}, one);
    expect(await one.worker()).not.toBe(await other.worker());
    await one.there();
    await other.there();
    await one.say("hello 𝄞");
    await other.heard("hello 𝄞");
    await other.say("hi");
    await one.heard("hi");
    for (const page of [one, other]) expect((await page.notes()).states).toEqual(["connecting", "open"]);
    expect(await other.page.evaluate(() => window.talk.peer?.info)).toEqual({ name: "Ann" });
    expect(await one.page.evaluate(() => window.talk.peer?.info)).toBe(undefined);
  });

  it("call each other: results, errors, streams, time and cancellation", async () => {
    const [one] = await pair(await sharedCluster(peerCluster()));
    expect(await one.call("double", 21)).toBe(42);
    expect(await one.call("who")).toBe("Ann");
    expect(await one.call("fail", "SOLD_OUT")).toBe("SOLD_OUT: on purpose");
    expect(await one.call("crash")).toBe("INTERNAL: Something went wrong on the other side.");
    expect(await one.call("nothing")).toBe('NOT_FOUND: There is no procedure "nothing".');
    expect(await one.call("hang", 1, { timeoutMs: 100 })).toMatch(/^TIMEOUT: /);
    expect(await one.call("double", new Array(70_000).fill("text"))).toMatch(/^TOO_LARGE: /);
    expect(await one.call("")).toMatch(/A name must be/);
    const items = await one.page.evaluate(async () => {
      const { peer } = window.talk;
      const read: unknown[] = [];
      const stream = peer?.stream("count", 1_000);
      let step = await stream?.next();
      for (; step?.done === false; step = await stream?.next()) read.push(step.value);
      for await (const item of peer?.stream("count", 1e9) ?? []) if (item === 500) break;
      return [read.length, read.at(-1), step?.value, await peer?.call("double", 4)];
    });
    expect(items).toEqual([1_000, 1_000, "done", 8]);
    const aborted = await one.page.evaluate(async () => {
      const controller = new AbortController();
      const call = window.talk.peer?.call("hang", 1, { signal: controller.signal });
      controller.abort(new Error("enough"));
      return call?.catch((error) => String(error));
    });
    expect(aborted).toBe("Error: enough");
  });

  it("tell a procedure when its caller has had enough", async () => {
    const [one, other] = await pair(await sharedCluster(peerCluster()));
    expect(await one.call("hang", 1, { timeoutMs: 50 })).toMatch(/^TIMEOUT/);
    // by the caller's word or by its own clock, whichever is first
    await other.heard(/^aborted: (TIMEOUT|CANCELLED)$/);
    await other.page.evaluate(() => window.talk.notes.heard.splice(0));
    await one.page.evaluate(() => {
      const controller = new AbortController();
      window.talk.peer?.call("hang", 1, { signal: controller.signal }).catch(() => {});
      // behind the call
      window.talk.peer?.call("double", 1).then(() => controller.abort());
    });
    await other.heard("aborted: CANCELLED");
  });

  it("know how their connection is", async () => {
    const [one] = await pair(await sharedCluster(peerCluster()));
    // what was sent is counted a moment later
    await eventually(async () => {
      const stats = await one.page.evaluate(async () => window.talk.peer?.stats());
      expect(stats).toMatchObject({ protocol: "udp", relayed: false, local: expect.any(String) });
      expect(stats?.bytesSent).toBeGreaterThan(0);
      expect(stats?.rttMs).toBeLessThan(2_000);
    });
  });

  it("connect by an id, where one seeks nobody", async () => {
    const cluster = await sharedCluster(peerCluster());
    const called = await PeerPage.open(browser, cluster);
    const id = await called.seek({ policy: "none", context: "phone" });
    const caller = await PeerPage.seek(browser, cluster, { context: "something else" });
    const answer = await caller.page.evaluate(async (to) => {
      const peer = await window.talk.client.peers.connect(to, { context: "phone" });
      return [peer.id === to, await peer.call("double", 4)];
    }, id);
    expect(answer).toEqual([true, 8]);
    const refused = await caller.page.evaluate(() =>
      window.talk.client.peers.connect("nobody", { context: "phone" }).catch(({ code }) => code),
    );
    expect(refused).toBe("NOT_FOUND");
  });
});

describe("three pages in a room", () => {
  it("hear each other, and of one that leaves; a fourth has no place, until then", async () => {
    const cluster = await sharedCluster(peerCluster());
    const options = { room: "table", size: 3 };
    const pages: PeerPage[] = [];
    for (let count = 0; count < 3; count++) pages.push(await PeerPage.seek(browser, cluster, options, pages.at(-1)));
    const [one, two, three] = pages as [PeerPage, PeerPage, PeerPage];
    for (const page of pages) await page.there(2);
    for (const [index, page] of pages.entries()) await page.say(`from ${index}`);
    for (const [index, page] of pages.entries()) {
      for (let other = 0; other < 3; other++) if (other !== index) await page.heard(`from ${other}`);
    }
    // a loop that ends leaves the others to the next one
    const taken = await one.page.evaluate(async () => {
      const { seek } = window.talk;
      const ids: string[] = [];
      for await (const peer of seek) {
        ids.push(peer.id);
        break;
      }
      ids.push((await seek.next()).id);
      return new Set(ids).size;
    });
    expect(taken).toBe(2);
    const fourth = await PeerPage.open(browser, cluster);
    await expect(fourth.seek(options)).rejects.toThrow("The room is full");
    await three.close();
    await one.there(1);
    await two.there(1);
    await fourth.seek(options);
    for (const page of [one, two, fourth]) await page.there(2);
  });
});

describe("a server that says no", () => {
  it.each<[string, string, string]>([
    ["has no peers", "undefined", "NOT_FOUND"],
    ["forbids it", "{ authorize: () => false }", "FORBIDDEN"],
    ["takes no more", "{ limits: { seeksPerMinute: 1 } }", "RATE_LIMITED"],
  ])("because it %s is heard at once", async (_, peers, code) => {
    const page = await PeerPage.open(browser, await startPeerCluster(peers));
    if (code === "RATE_LIMITED") await page.seek();
    const refused = await page.page.evaluate(async () => {
      const { fugitive } = window as unknown as { fugitive: { connect: (url: string) => typeof window.talk.client } };
      const client = window.talk?.client ?? fugitive.connect("/");
      return client.peers.seek().then(
        () => "taken",
        (error) => error.code,
      );
    });
    expect(refused).toBe(new AppError(code).code);
  });
});
