import { describe, expect, it } from "vitest";
import type { PeerSeekInput } from "../../shared/peers.ts";
import { defineApp } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve, type TestServer } from "../test/test-server.ts";
import type { PeersDefinition } from "./peer-options.ts";
import { refusal, Seeker, secret } from "./test/seeker.ts";

function servePeers(peers: PeersDefinition = {}): Promise<TestServer> {
  return serve(defineApp({ peers }));
}

describe.each(FORMATS)("two clients that seek, over %s", (format) => {
  it("are told who they are, and of each other: the later one is to make the offer", async () => {
    const server = await servePeers({ iceServers: [{ urls: "stun:stun.test" }] });
    const first = new Seeker(await server.connect({ format }));
    expect(await first.begin({ info: { name: "Ann" } })).toEqual({
      ...{ type: "self", peer: expect.stringMatching(/^[\w-]{22}$/), resumed: false, pairs: [] },
      iceServers: [{ urls: "stun:stun.test" }],
    });
    const second = await Seeker.seek(server, {}, { format });
    expect(await first.event()).toEqual({ type: "paired", peer: second.id, polite: true });
    expect(await second.event()).toEqual({
      ...{ type: "paired", peer: first.id, polite: false, info: { name: "Ann" } },
    });
  });

  it("say to each other what the server does not read, in its order", async () => {
    const server = await servePeers();
    const one = await Seeker.seek(server, {}, { format });
    const other = await Seeker.seek(server, {}, { format });
    await other.next("paired");
    const offer = { description: { type: "offer", sdp: "v=0…" }, candidates: [null, 1.5, "𝄞"] };
    expect(await other.signal(one.id, offer)).toEqual([3, 2]);
    await other.signal(one.id, 2);
    await one.next("paired");
    expect(await one.event()).toEqual({ type: "signal", peer: other.id, data: offer });
    expect(await one.event()).toEqual({ type: "signal", peer: other.id, data: 2 });
  });
});

describe("who is found", () => {
  it.each<[string, PeerSeekInput, PeerSeekInput]>([
    ["another context", { context: "chess" }, { context: "go" }],
    ["other tags", { tags: ["a", "b"] }, { tags: ["a"] }],
    ["a room", { room: "a" }, {}],
    ["another room", { room: "a" }, { room: "b" }],
    ["the same room of another context", { room: "a" }, { room: "a", context: "other" }],
    ["somebody who seeks nobody", {}, { policy: "none" }],
  ])("is nobody in %s", async (_, one, other) => {
    const server = await servePeers();
    const [first, second] = [await Seeker.seek(server, one), await Seeker.seek(server, other)];
    expect([await second.hears(), await first.hears()]).toEqual([[], []]);
  });

  it("is whoever has the same tags, in any order", async () => {
    const server = await servePeers();
    const first = await Seeker.seek(server, { tags: ["b", "a"] });
    const second = await Seeker.seek(server, { tags: ["a", "b", "a"] });
    expect(await second.event()).toMatchObject({ type: "paired", peer: first.id });
  });

  it("is never oneself: not another seek of the same session", async () => {
    const server = await servePeers();
    const seeker = await Seeker.seek(server);
    seeker.client.send([2, 5, "$peers.seek"]);
    expect(await seeker.client.next()).toMatchObject([6, 5, { type: "self" }]);
    expect(await seeker.hears()).toEqual([]);
    const other = await Seeker.seek(server);
    expect(await other.event()).toMatchObject({ type: "paired", peer: seeker.id });
  });

  it("is everybody in a room, up to its size", async () => {
    const server = await servePeers();
    const members = [];
    for (let count = 0; count < 3; count++) members.push(await Seeker.seek(server, { room: "table", size: 3 }));
    for (const member of members) {
      const events = await member.hears();
      const others = members.filter((other) => other !== member).map(({ id }) => id);
      expect(events.map((event) => event.type === "paired" && event.peer)).toEqual(others);
    }
    const late = await server.connect();
    expect(await late.ask([2, 1, "$peers.seek", { room: "table" }])).toMatchObject(refusal("CONFLICT", /full/));
    expect(await late.ask([2, 2, "$peers.seek", { room: "table", size: 4 }])).toMatchObject(refusal("CONFLICT", /3/));
    members[0]?.cancel();
    expect(await members[1]?.event()).toEqual({ type: "left", peer: members[0]?.id, reason: "left" });
    const next = new Seeker(late);
    await next.begin({ room: "table" });
    expect((await next.hears()).length).toBe(2);
  });

  it("is nobody in time: TIMEOUT", async () => {
    const server = await servePeers();
    const seeker = await Seeker.seek(server, { timeoutMs: 20 });
    expect(await seeker.ended()).toMatchObject(refusal("TIMEOUT", /Nobody/));
    const other = await Seeker.seek(server);
    expect(await other.hears()).toEqual([]);
  });
});

describe("a peer that goes", () => {
  it.each([
    ["cancels", (seeker: Seeker) => seeker.cancel()],
    ["closes its page", (seeker: Seeker) => void seeker.client.close(1001)],
  ])("and %s is known to be gone at once", async (_, go) => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server, { secret: secret("one") }), await Seeker.seek(server)];
    await other.next("paired");
    go(one);
    expect(await other.event()).toEqual({ type: "left", peer: one.id, reason: "left" });
    expect(await other.signal(one.id, "still there?")).toMatchObject(refusal("NOT_FOUND"));
  });

  it("and is lost is waited for, and then known to be lost", async () => {
    const server = await servePeers({ limits: { graceMs: 60 } });
    const [one, other] = [await Seeker.seek(server, { secret: secret("one") }), await Seeker.seek(server)];
    await other.next("paired");
    one.client.destroy();
    expect(await other.event()).toEqual({ type: "left", peer: one.id, reason: "lost" });
  });

  it("and has no secret cannot come back: it is lost at once", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server), await Seeker.seek(server)];
    await other.next("paired");
    one.client.destroy();
    expect(await other.event()).toEqual({ type: "left", peer: one.id, reason: "lost" });
  });

  it("while it sought is found by nobody", async () => {
    const server = await servePeers();
    const gone = await Seeker.seek(server, { secret: secret("gone") });
    gone.client.destroy();
    await server.connect().then((client) => client.settled());
    const one = await Seeker.seek(server);
    expect(await one.hears()).toEqual([]);
    const back = await Seeker.seek(server, { secret: secret("gone") });
    expect([back.id, (await back.event()) as object]).toMatchObject([gone.id, { type: "paired", peer: one.id }]);
  });
});

describe("a peer that comes back with its secret", () => {
  it("is who it was, and paired with whom it was, who has heard of nothing", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server, { secret: secret("one") }), await Seeker.seek(server)];
    await other.next("paired");
    one.client.destroy();
    const back = new Seeker(await server.connect());
    expect(await back.begin({ secret: secret("one") })).toMatchObject({
      ...{ peer: one.id, resumed: true, pairs: [{ peer: other.id, polite: true }] },
    });
    expect(await other.signal(one.id, "hello again")).toEqual([3, 2]);
    expect(await back.event()).toEqual({ type: "signal", peer: other.id, data: "hello again" });
    expect(await other.hears()).toEqual([]);
  });

  it("takes it from a seek that is still there, which ends", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server, { secret: secret("one") }), await Seeker.seek(server)];
    await other.next("paired");
    const back = await Seeker.seek(server, { secret: secret("one") });
    expect(await one.ended()).toMatchObject(refusal("CONFLICT"));
    expect(await other.signal(back.id, 1)).toEqual([3, 2]);
    expect(await back.next("signal")).toMatchObject({ data: 1 });
  });

  it("and seeks something else begins anew", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server, { secret: secret("one") }), await Seeker.seek(server)];
    await other.next("paired");
    one.client.destroy();
    const back = new Seeker(await server.connect());
    expect(await back.begin({ secret: secret("one"), context: "else" })).toMatchObject({ resumed: false, pairs: [] });
    expect(await other.event()).toMatchObject({ type: "left", peer: one.id });
  });
});

describe("a peer that is called by its id", () => {
  it("is paired with who calls, whatever it sought, and only in the same context", async () => {
    const server = await servePeers();
    const called = await Seeker.seek(server, { policy: "none" });
    const [caller, stranger] = [
      await Seeker.seek(server, { policy: "none" }),
      await Seeker.seek(server, { context: "x" }),
    ];
    expect(await stranger.connect(called.id)).toMatchObject(refusal("NOT_FOUND"));
    expect(await caller.connect(caller.id)).toMatchObject(refusal("NOT_FOUND"));
    expect(await caller.connect(called.id)).toEqual([3, 3]);
    expect(await called.event()).toMatchObject({ type: "paired", peer: caller.id, polite: true });
    expect(await caller.event()).toMatchObject({ type: "paired", peer: called.id, polite: false });
    // they are told again
    expect(await caller.connect(called.id)).toEqual([3, 4]);
    expect(await called.event()).toMatchObject({ type: "paired", peer: caller.id, polite: true });
  });

  it("has only so many pairs", async () => {
    const server = await servePeers({ limits: { pairs: 1 } });
    const seekers = [];
    for (let count = 0; count < 3; count++) seekers.push(await Seeker.seek(server, { policy: "none" }));
    const [one, two, three] = seekers as [Seeker, Seeker, Seeker];
    expect(await one.connect(two.id)).toEqual([3, 2]);
    expect(await three.connect(two.id)).toMatchObject({
      ...refusal("OVERLOADED", /pairs/),
      4: { retryAfterMs: 1_000 },
    });
  });
});

describe("a pair that parts", () => {
  it("is none any more, and the other one is told; by its id, it can be one again", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server, { room: "r" }), await Seeker.seek(server, { room: "r" })];
    await one.next("paired");
    await other.next("paired");
    expect((await one.part(other.id))[0]).toBe(3);
    expect(await other.event()).toEqual({ type: "left", peer: one.id, reason: "left" });
    expect(await other.signal(one.id, 1)).toMatchObject(refusal("NOT_FOUND"));
    const third = await Seeker.seek(server, { room: "r" });
    expect((await third.hears()).length).toBe(2);
    expect((await one.hears()).map((event) => event.type === "paired" && event.peer)).toEqual([third.id]);
    expect((await other.connect(one.id))[0]).toBe(3);
    expect(await one.event()).toMatchObject({ type: "paired", peer: other.id, polite: true });
  });

  it("may have one that seeks on, and finds another", async () => {
    const server = await servePeers();
    const [one, other] = [await Seeker.seek(server), await Seeker.seek(server)];
    await one.next("paired");
    expect((await one.part(other.id, true))[0]).toBe(3);
    // both seek on, and not each other
    expect((await other.part(one.id, true))[0]).toBe(3);
    expect((await one.hears()).map(({ type }) => type)).toEqual([]);
    const third = await Seeker.seek(server);
    expect(await third.event()).toMatchObject({ type: "paired", peer: one.id });
    // what it had is gone by now, and it is not looked for
    expect((await third.part("nobody", true))[0]).toBe(3);
    const fourth = await Seeker.seek(server);
    expect(await fourth.event()).toMatchObject({ type: "paired", peer: other.id });
  });
});

it("a server that ends lets its seekers go at once, and they hear why", async () => {
  const server = await serve(defineApp({ peers: {} }), { drainMs: 10_000 });
  const seeker = await Seeker.seek(server, { secret: secret("one") });
  const begun = performance.now();
  const over = server.server.close();
  expect(await seeker.ended()).toMatchObject({ ...refusal("UNAVAILABLE"), 4: { retryAfterMs: 1_000 } });
  await over;
  expect(performance.now() - begun).toBeLessThan(5_000);
});
