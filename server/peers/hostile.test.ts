import { describe, expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { serve, type TestServer } from "../test/test-server.ts";
import type { PeersDefinition } from "./peer-options.ts";
import { refusal, Seeker, secret } from "./test/seeker.ts";

function servePeers(peers: PeersDefinition = {}, maxPeers = 100): Promise<TestServer> {
  return serve(defineApp({ peers }), { maxPeers });
}

describe("a seek", () => {
  it.each<[string, unknown]>([
    ["no object", 5],
    ["no object, but a list", []],
    ["a context that is no name", { context: 5 }],
    ["an empty context", { context: "" }],
    ["a long context", { context: "x".repeat(101) }],
    ["many tags", { tags: Array.from({ length: 9 }, (_, index) => `${index}`) }],
    ["tags that are none", { tags: [{}] }],
    ["a short secret", { secret: "x" }],
    ["a long secret", { secret: "x".repeat(129) }],
    ["a policy that nobody knows", { policy: "best" }],
    ["a region policy without one", { policy: "region" }],
    ["an endless gathering", { policy: "rtt", waitMs: null }],
    ["a room with tags", { room: "a", tags: ["b"] }],
    ["a room with a policy", { room: "a", policy: "first" }],
    ["a room for one", { room: "a", size: 1 }],
    ["a room for more than there may be pairs", { room: "a", size: 17 }],
    ["a size without a room", { size: 2 }],
    ["a wait that is none", { waitMs: -1 }],
    ["a round trip that is none", { rttMs: Number.MAX_VALUE }],
    ["a time that is none", { timeoutMs: 0 }],
  ])("with %s is refused", async (_, input) => {
    const client = await (await servePeers()).connect();
    expect(await client.ask([2, 1, "$peers.seek", input])).toMatchObject(refusal("BAD_REQUEST"));
  });

  it("that says much of itself is refused", async () => {
    const client = await (await servePeers()).connect();
    expect(await client.ask([2, 1, "$peers.seek", { info: "x".repeat(1_100) }])).toMatchObject(refusal("TOO_LARGE"));
    expect(await client.ask([2, 1, "$peers.seek", { info: "x".repeat(1_000) }])).toMatchObject([
      6,
      1,
      { type: "self" },
    ]);
  });

  it("is one of a few of its connection, and of a few in a minute", async () => {
    const client = await (await servePeers({ limits: { seeks: 2, seeksPerMinute: 4 } })).connect();
    const ask = async (id: number) => (await client.ask([2, id, "$peers.seek", { context: `${id}` }])) as unknown[];
    expect([(await ask(1))[0], (await ask(2))[0]]).toEqual([6, 6]);
    expect(await ask(3)).toMatchObject({ ...refusal("OVERLOADED", /2 seeks/), 4: { retryAfterMs: 1_000 } });
    client.send([7, 1]);
    await client.next();
    expect((await ask(4))[0]).toBe(6);
    client.send([7, 2]);
    await client.next();
    const refused = (await ask(5)) as [4, 5, string, string, { retryAfterMs: number }];
    expect(refused[2]).toBe("RATE_LIMITED");
    expect(refused[4].retryAfterMs).toBeGreaterThan(1_000);
  });

  it("is one of so many of this host, those included that wait for their clients", async () => {
    const server = await servePeers({}, 2);
    const away = await Seeker.seek(server, { context: "a", secret: secret("away") });
    const there = await Seeker.seek(server, { context: "b" });
    away.client.destroy();
    const client = await server.connect();
    expect(await client.ask([2, 1, "$peers.seek"])).toMatchObject(refusal("OVERLOADED", /Too many/));
    there.cancel();
    await there.ended();
    expect(await client.ask([2, 2, "$peers.seek"])).toMatchObject([6, 2, { type: "self" }]);
  });
});

describe("a signal", () => {
  it("goes to nobody but the one a peer is paired with, and from nobody but that peer", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server), await Seeker.seek(server)];
    const stranger = await Seeker.seek(server);
    expect(await stranger.signal(one.id, 1)).toMatchObject(refusal("NOT_FOUND"));
    expect(await stranger.call("$peers.signal", { from: one.id, to: other.id, data: 1 })).toMatchObject(
      refusal("NOT_FOUND"),
    );
    expect(await stranger.call("$peers.connect", { from: one.id, to: stranger.id })).toMatchObject(
      refusal("NOT_FOUND"),
    );
    expect(await stranger.signal("nobody", 1)).toMatchObject(refusal("NOT_FOUND"));
    expect(
      await (await server.connect()).ask([2, 1, "$peers.signal", { from: one.id, to: other.id, data: 1 }]),
    ).toMatchObject(refusal("NOT_FOUND"));
    expect((await one.hears()).map(({ type }) => type)).toEqual(["paired"]);
  });

  it.each([{}, null, { from: "a b", to: "c", data: 1 }, { from: "", to: "c" }, { from: "x".repeat(65), to: "c" }])(
    "of the shape %j is refused",
    async (input) => {
      const client = await (await servePeers()).connect();
      expect(await client.ask([2, 1, "$peers.signal", input])).toMatchObject(refusal("BAD_REQUEST"));
    },
  );

  it("has a size, and comes at a rate", async () => {
    const server = await servePeers({ limits: { signalBytes: 100, signalsPerSecond: 1 } });
    const [one, other] = [await Seeker.seek(server), await Seeker.seek(server)];
    await one.next("paired");
    expect(await one.signal(other.id, "x".repeat(100))).toMatchObject(refusal("TOO_LARGE"));
    const codes = [];
    for (let count = 0; count < 9; count++) codes.push((await one.signal(other.id, count))[2]);
    expect(codes.slice(0, 7)).toEqual(Array(7).fill(undefined));
    expect(codes).toContain("RATE_LIMITED");
  });

  it("that strict decoders would refuse is mended", async () => {
    const server = await servePeers();
    const one = await Seeker.seek(server, {}, { format: "json" });
    const other = await Seeker.seek(server, {}, { format: "json" });
    await other.next("paired");
    await one.next("paired");
    expect(await one.signal(other.id, { text: "\ud800" })).toEqual([3, 2]);
    expect(await other.event()).toMatchObject({ data: { text: "\ufffd" } });
  });
});

it("a secret cannot be had by its peer's id, nor an id by anything but its secret", async () => {
  const server = await servePeers();
  const one = await Seeker.seek(server, { secret: secret("one") });
  const other = await Seeker.seek(server, { secret: one.id });
  expect(other.id).not.toBe(one.id);
});

it("nothing is left of peers that are gone", async () => {
  const server = await servePeers({ limits: { graceMs: 0, seeksPerMinute: 10_000 } }, 4);
  for (let round = 0; round < 50; round++) {
    const [one, other] = [await Seeker.seek(server, { room: "r" }), await Seeker.seek(server, { room: "r" })];
    await other.next("paired");
    if (round % 2 === 0) one.client.destroy();
    else one.cancel();
    await other.next("left");
    await other.client.close(1001);
    // its end has been seen once its room can be joined by two again
    for (let full = true; full; ) {
      const client = await server.connect();
      const answer = (await client.ask([2, 1, "$peers.seek", { context: "probe" }])) as unknown[];
      full = answer[0] !== 6;
      client.send([7, 1]);
      if (!full) await client.next();
      client.destroy();
    }
  }
});
