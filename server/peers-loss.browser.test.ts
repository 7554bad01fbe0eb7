import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LinkSignal } from "../client/peers/link-signal.ts";
import { Seeker, secret } from "./peers/test/seeker.ts";
import type { Cluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import {
  launchPeerBrowser,
  launchStoppablePeerBrowser,
  PeerPage,
  peerCluster,
  startPeerCluster,
} from "./test/peer-page.ts";
import { shareClusters } from "./test/shared-clusters.ts";

/** Within so many milliseconds it is noticed that a page was closed, where the server is there: it is stated in docs/PEERS.md. */
const NOTICED_MS = 4_000;
/** And where it is not: two heartbeats that are not answered, and the time to reconnect. */
const NOTICED_ALONE_MS = 20_000;

const sharedCluster = shareClusters();
let browser: Browser;

beforeAll(async () => {
  browser = await launchPeerBrowser();
});

afterAll(async () => {
  await browser?.close();
});

async function pair(cluster: Cluster, options = {}): Promise<[one: PeerPage, other: PeerPage]> {
  const one = await PeerPage.seek(browser, cluster, options);
  const other = await PeerPage.seek(browser, cluster, options, one);
  await one.there();
  await other.there();
  return [one, other];
}

/** Both hear each other. */
async function talk(one: PeerPage, other: PeerPage, text: string): Promise<void> {
  await one.say(`${text}, from one`);
  await other.heard(`${text}, from one`);
  await other.say(`${text}, from the other`);
  await one.heard(`${text}, from the other`);
  expect(await one.call("double", 21)).toBe(42);
}

/** Whether the page's connection to the server is open. */
function served(page: PeerPage): Promise<boolean> {
  return page.page.evaluate(() => window.talk.client.state === "open");
}

describe("a server that is gone", () => {
  it("is not needed: frozen, it is given up, and the peers talk on; awake again, it knows them as they were", async () => {
    const cluster = await startPeerCluster("{}", { env: { HEARTBEAT_MS: "400" } });
    const [one, other] = await pair(cluster);
    await talk(one, other, "with a server");
    cluster.killGroup("SIGSTOP");
    await talk(one, other, "with a frozen one");
    await eventually(async () => expect([await served(one), await served(other)]).toEqual([false, false]));
    await talk(one, other, "with none");
    cluster.killGroup("SIGCONT");
    await eventually(async () => expect([await served(one), await served(other)]).toEqual([true, true]));
    await talk(one, other, "with it again");
    for (const page of [one, other]) expect((await page.notes()).states).toEqual(["connecting", "open"]);
    // and so well that a channel that breaks now is made anew
    await one.harm("close");
    await one.state(/^open$/);
    await other.state(/^open$/);
    await talk(one, other, "over another channel");
  });

  it("is not needed: stopped for good, the peers talk on, and one that closes its page is missed", async () => {
    const cluster = await startPeerCluster();
    const [one, other] = await pair(cluster, { reconnectMs: 1_000 });
    cluster.killGroup("SIGKILL");
    await cluster.exited;
    await eventually(async () => expect([await served(one), await served(other)]).toEqual([false, false]));
    await talk(one, other, "with none");
    await sleep(6_000);
    await talk(one, other, "a heartbeat later");
    expect((await one.notes()).states).toEqual(["connecting", "open"]);
    const closedAt = performance.now();
    await other.close();
    await one.state(/^closed: /, NOTICED_ALONE_MS);
    process.stderr.write(`without a server, noticed after ${Math.round(performance.now() - closedAt)} ms\n`);
  });

  it("that is started anew gets to know those who talk, finds nobody else for them, and mends what breaks", async () => {
    const first = await startPeerCluster();
    const [one, other] = await pair(first);
    const ids = await Promise.all([one, other].map(({ page }) => page.evaluate(() => window.talk.seek.id)));
    const { port } = first;
    first.killGroup("SIGKILL");
    await first.exited;
    await talk(one, other, "with none");
    const second = await startPeerCluster("{}", { env: { PORT: `${port}` } });
    for (const page of [one, other]) {
      await eventually(async () => expect((await page.notes()).known.at(-1)).toBe(true));
    }
    expect(await Promise.all([one, other].map(({ page }) => page.evaluate(() => window.talk.seek.id)))).toEqual(ids);
    const stranger = await Seeker.seek(second);
    expect(await stranger.hears()).toEqual([]);
    await one.harm("close");
    await one.state(/^open$/);
    await other.state(/^open$/);
    await talk(one, other, "mended");
  });
});

describe("a channel that breaks", () => {
  it.each(["close", "close the channel"] as const)("is made anew, whichever side it breaks on: %s", async (how) => {
    const [one, other] = await pair(await sharedCluster(peerCluster()));
    for (const page of [one, other]) {
      const pending = page.call("hang", 1, { timeoutMs: 30_000 });
      await page.harm(how);
      expect(await pending).toMatch(/^UNAVAILABLE: The channel was lost/);
      for (const each of [one, other]) {
        await each.state(/^open$/);
      }
      await talk(one, other, "again");
    }
    for (const page of [one, other]) {
      expect(new Set((await page.notes()).states)).toEqual(new Set(["connecting", "open", "reconnecting"]));
    }
  });
});

it("a peer that hangs is doubted, and is there again when it goes on, by the same channel", async () => {
  const cluster = await sharedCluster(peerCluster());
  const one = await PeerPage.seek(browser, cluster);
  const stoppable = await launchStoppablePeerBrowser();
  const other = await PeerPage.seek(stoppable.browser, cluster, {}, one);
  await one.there();
  await talk(one, other, "at first");
  stoppable.signal("SIGSTOP");
  try {
    await one.state(/^reconnecting$/);
  } finally {
    stoppable.signal("SIGCONT");
  }
  await one.state(/^open$/);
  await talk(one, other, "later");
});

describe("a peer that vanishes", () => {
  it("while it seeks is found by nobody", async () => {
    const cluster = await sharedCluster(peerCluster());
    const gone = await PeerPage.seek(browser, cluster);
    await gone.close();
    await eventually(async () => {
      const status = await cluster.status();
      expect(status.reduce((sum, { connections }) => sum + connections, 0)).toBe(0);
    });
    const one = await Seeker.seek(cluster);
    expect(await one.hears()).toEqual([]);
  });

  it("before it has made an offer is missed", async () => {
    const cluster = await sharedCluster(peerCluster());
    const page = await PeerPage.seek(browser, cluster);
    const raw = await Seeker.seek(cluster, { secret: secret("raw 1") });
    await page.state(/connecting/);
    await raw.client.close(1001);
    await page.state(/^closed: UNAVAILABLE The peer has gone/, NOTICED_MS);
  });

  it("after it was made an offer is missed, and where its connection was lost, after the grace for that", async () => {
    const cluster = await startPeerCluster("{ limits: { graceMs: 500 } }");
    const raw = await Seeker.seek(cluster, { secret: secret("raw 2") });
    const page = await PeerPage.seek(browser, cluster);
    const { data } = await raw.next("signal");
    expect((data as LinkSignal).description?.type).toBe("offer");
    raw.client.destroy();
    await page.state(/^closed: UNAVAILABLE The peer has gone/, NOTICED_MS);
  });

  it("while the two connect is missed", async () => {
    const cluster = await sharedCluster(peerCluster());
    const raw = await Seeker.seek(cluster, { secret: secret("raw 3") });
    const page = await PeerPage.seek(browser, cluster);
    const { peer, data } = await raw.next("signal");
    const { attempt, description } = data as LinkSignal;
    // an answer from where nobody is
    const sdp = description?.sdp.replaceAll("a=setup:actpass", "a=setup:active");
    await raw.signal(peer, { attempt, description: { type: "answer", sdp } });
    await sleep(200);
    expect((await page.notes()).states).toEqual(["connecting"]);
    raw.cancel();
    await page.state(/^closed: UNAVAILABLE The peer has gone/, NOTICED_MS);
  });

  it("and does not, but never answers, is given up", async () => {
    const cluster = await sharedCluster(peerCluster());
    await Seeker.seek(cluster, { secret: secret("raw 4") });
    const page = await PeerPage.seek(browser, cluster, { connectMs: 1_000 });
    await page.state(/^closed: TIMEOUT/, NOTICED_MS);
  });

  it("before the two could connect has its place taken by another", async () => {
    const cluster = await sharedCluster(peerCluster());
    const raw = await Seeker.seek(cluster, { secret: secret("raw 5") });
    const page = await PeerPage.seek(browser, cluster);
    await raw.next("signal");
    raw.cancel();
    await page.state(/^closed/, NOTICED_MS);
    const other = await PeerPage.seek(browser, cluster, {}, page);
    await other.there();
    await page.there();
    await talk(page, other, "found each other");
  });

  it("because it closed this peer is not paired with it again, also when the server comes back", async () => {
    const cluster = await sharedCluster(peerCluster());
    const [one, other] = await pair(cluster, { room: "r" });
    await one.page.evaluate(() => window.talk.peer?.close());
    await one.state(/^closed$/);
    await other.state(/^closed: UNAVAILABLE The peer has closed/, NOTICED_MS);
    await one.page.evaluate(() => window.talk.client.reconnect());
    await eventually(async () => expect((await one.notes()).known).toEqual([false, true]));
    const third = await PeerPage.seek(browser, cluster, { room: "r" });
    await third.there(2);
    await one.there(1);
    await other.there(1);
  });

  it("by closing its page, connected, is missed", async () => {
    const [one, other] = await pair(await sharedCluster(peerCluster()));
    const closedAt = performance.now();
    await other.close();
    await one.state(/^closed: /, NOTICED_MS);
    process.stderr.write(`noticed after ${Math.round(performance.now() - closedAt)} ms\n`);
  });

  it("by closing its client says so", async () => {
    const [one, other] = await pair(await sharedCluster(peerCluster()));
    await other.page.evaluate(() => window.talk.client.close());
    await one.state(/^closed: UNAVAILABLE The peer has closed the connection/, NOTICED_MS);
    await other.state(/^closed$/);
  });
});
