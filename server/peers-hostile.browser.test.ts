import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPack } from "../shared/msgpack-codec.ts";
import { Seeker, secret } from "./peers/test/seeker.ts";
import { eventually } from "./test/patience.ts";
import { launchPeerBrowser, PeerPage, peerCluster } from "./test/peer-page.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const { pack } = createPack();
const message = (value: unknown): number[] => [...pack(value)];

const sharedCluster = shareClusters();
let browser: Browser;

beforeAll(async () => {
  browser = await launchPeerBrowser();
});

afterAll(async () => {
  await browser?.close();
});

/** A page that is connected to one that sends what it likes. */
async function pair(): Promise<[honest: PeerPage, hostile: PeerPage]> {
  const cluster = await sharedCluster(peerCluster());
  const honest = await PeerPage.seek(browser, cluster);
  const hostile = await PeerPage.seek(browser, cluster);
  await honest.there();
  await hostile.there();
  return [honest, hostile];
}

describe("a peer that sends what is no message", () => {
  it.each<[string, number[] | string]>([
    ["a text", "hello"],
    ["what is no MessagePack", [0xc1, 1, 2, 3]],
    ["what is cut off", message([12, "chat", "hello"]).slice(0, -2)],
    ["deeper than a message may be", [...Array(100).fill(0x91), 0xc0]],
    ["a false length", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["more values than a message may have", message([12, "chat", Array(60_000).fill(1)])],
  ])("is given up: %s", async (_, sent) => {
    const [honest, hostile] = await pair();
    await hostile.sendRaw(sent);
    await honest.state(/^closed: BAD_REQUEST The peer sends nonsense/);
  });

  it("is given up when it goes on with what decodes, and is of no kind that peers send", async () => {
    const [honest, hostile] = await pair();
    const nonsense = [
      [],
      "text",
      5,
      [99],
      [8, 1, "channel"],
      [0, {}],
      [12, 5, 5],
      [[14], [14]],
      [2, -1, "double"],
      null,
    ];
    await hostile.sendRaw(...nonsense.map(message));
    await hostile.say("nobody minds a few");
    await honest.heard("nobody minds a few");
    await hostile.sendRaw(...Array(100).fill(message([99])));
    await honest.state(/^closed: BAD_REQUEST The peer keeps sending nonsense/);
  });
});

describe("a peer that sends messages nobody waits for", () => {
  it("changes nothing: answers, items, cancellations and pongs of what is not known here", async () => {
    const [honest, hostile] = await pair();
    const unknown = [
      ...[
        [3, 7, 1],
        [4, 7, "CODE", "text"],
        [6, 7, 1],
        [7, 7],
        [15, 1],
        [15, ["taken", 7, 1]],
        [14, ["taken", 7, 1]],
      ],
      ...[
        [12, "nobody listens", 1],
        [12, "__proto__", 1],
        [2, 7, "__proto__", 1],
        [2, 8, "constructor"],
      ],
    ];
    await hostile.sendRaw(...unknown.map(message));
    await hostile.say("still here");
    await honest.heard("still here");
    expect(await honest.call("double", 3)).toBe(6);
    expect((await honest.notes()).ended).toEqual([]);
  });

  it("has a thousand calls that do not end, and no more", async () => {
    const [honest, hostile] = await pair();
    const codes = await hostile.page.evaluate(async () => {
      const { peer } = window.talk;
      const calls = Array.from({ length: 1_001 }, () =>
        peer?.call("hang", 1, { timeoutMs: 3_000 }).catch(({ code }) => code),
      );
      return [await calls.at(-1), await peer?.call("double", 1).catch(({ code }) => code)];
    });
    expect(codes).toEqual(["OVERLOADED", "OVERLOADED"]);
    expect(await honest.call("double", 3)).toBe(6);
  });

  it("gets a stream given up that it sends faster than it was asked to", async () => {
    const [honest, hostile] = await pair();
    await honest.page.evaluate(() => {
      const { peer, notes } = window.talk;
      const stream = peer?.stream("hang");
      stream
        ?.next()
        .then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 500));
          for await (const _ of stream);
        })
        .catch((error) => notes.ended.push(error.code));
    });
    const chunks = Array.from({ length: 200 }, (_, count) => message([6, 1, count]));
    await hostile.sendRaw(...chunks);
    await eventually(async () => expect((await honest.notes()).ended).toEqual(["OVERLOADED"]));
  });
});

describe("a peer that signals nonsense", () => {
  it("keeps nobody from another one", async () => {
    const cluster = await sharedCluster(peerCluster());
    const page = await PeerPage.seek(browser, cluster, { room: "r" });
    const raw = await Seeker.seek(cluster, { room: "r", secret: secret("raw") });
    const { peer } = await raw.next("paired");
    for (const data of [
      ...[null, 5, "text", [], {}, { attempt: "1" }, { attempt: 1.5 }, { attempt: 1, description: 5 }],
      ...[
        { attempt: 1, description: { type: "offer", sdp: "nonsense" } },
        { attempt: 1, candidates: [null, 5, {}, []] },
      ],
      ...[
        { attempt: 2, description: { type: "rollback", sdp: "" } },
        { attempt: 3, candidates: 5 },
        { attempt: 4, again: 1 },
      ],
      ...Array.from({ length: 20 }, (_, count) => ({ attempt: 5 + count, candidates: [] })),
    ]) {
      expect((await raw.signal(peer, data))[0]).toBe(3);
    }
    const other = await PeerPage.seek(browser, cluster, { room: "r" });
    await page.there(1);
    await other.say("hello");
    await page.heard("hello");
    // each attempt is one connection, and those that the other one wants are few
    expect(await page.page.evaluate(() => window.connections.length)).toBeLessThan(10);
    expect((await page.notes()).ended).toEqual([]);
  });
});
