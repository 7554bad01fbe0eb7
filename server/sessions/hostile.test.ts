import { describe, expect, it } from "vitest";
import { type CallContext, defineApp } from "../index.ts";
import { deflated, type RawClient } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { hello, type Known, resume } from "./test/resume.ts";

const app = defineApp({
  procedures: {
    echo: (data: unknown) => data,
    login: (user: string, { session }: CallContext) => session.setUser(user),
    never: () => new Promise(() => undefined),
  },
  channels: { "*": {} },
});

/** A session that is away, with a user and two subscriptions. */
async function away(connect: () => Promise<RawClient>): Promise<Known> {
  const client = await connect();
  const known = await hello(client);
  client.send([
    [2, 1, "login", "ada"],
    [8, 2, "a"],
    [8, 3, "b*"],
  ]);
  await client.take(3);
  client.destroy();
  return known;
}

const RESUMED = { resumed: true, user: "ada" };

describe("resume.channels", () => {
  it.each([
    ["an array", []],
    ["text", "a"],
    ["a channel without a name", { "": null }],
    ["a channel with too long a name", { ["x".repeat(256)]: null }],
    ["a place that is none", { a: 5 }],
    ["a place before the beginning", { a: { epoch: "e", offset: -1 } }],
    ["a place without an epoch", { a: { offset: 1 } }],
  ])("as %s is malformed, and the session is left as it was", async (_, channels) => {
    const { connect } = await serve(app);
    const known = await away(connect);
    const client = await connect();
    expect(await client.ask([0, { resume: { ...known, channels } }])).toMatchObject([4, null, "BAD_REQUEST", {}]);
    // HELLO that was none may be said again
    expect(await resume(client, known)).toMatchObject(RESUMED);
    await client.ask([11, 1, "a", "hi"]);
    expect(await client.settled()).toHaveLength(1);
  });

  it("may name what an object has by itself", async () => {
    const { connect } = await serve(app);
    const known = await away(connect);
    const client = await connect();
    const { session, secret } = known;
    const channels = '{"__proto__":null,"constructor":null,"*":null}';
    client.text(`[0,{"resume":{"session":"${session}","secret":"${secret}","channels":${channels}}}]`);
    expect(await client.next()).toMatchObject([1, RESUMED]);
    client.send([11, null, "__proto__", 1]);
    const events = [await client.next(), await client.next()];
    expect(events).toContainEqual([12, "__proto__", 1]);
    expect(events).toContainEqual([12, "__proto__", 1, { pattern: "*" }]);
  });

  it("counts for no more channels than a connection may have", async () => {
    const { connect } = await serve(app, { maxChannels: 10 });
    const known = await away(connect);
    const client = await connect();
    await resume(client, known, Object.fromEntries(Array.from({ length: 1_000 }, (_, count) => [`c${count}`, null])));
    expect(await client.ask([8, 1, "another"])).toMatchObject({ 2: "FORBIDDEN" });
    expect(await client.ask([2, 2, "$health"])).toMatchObject([3, 2, { channels: 10 }]);
  });
});

describe("a connection that waits to go on with a session", () => {
  it("does not take another HELLO, whatever it says", async () => {
    const { connect } = await serve(app);
    const [known, other] = [await away(connect), await away(connect)];
    const client = await connect();
    client.send([
      [0, { resume: known }],
      [0, { resume: other }],
      [0, {}],
    ]);
    client.send([0, { resume: other }]);
    const [welcome, ...rest] = await client.take(4);
    expect(welcome).toMatchObject([1, { ...RESUMED, session: known.session }]);
    for (const answer of rest) expect(answer).toMatchObject([4, null, "BAD_REQUEST", "HELLO comes first, and once."]);
    expect(await resume(await connect(), other)).toMatchObject(RESUMED);
  });

  it("is served though its frames are large, and closed where they are too many to keep", async () => {
    const { connect } = await serve(app);
    const known = await away(connect);
    const modest = await connect();
    modest.send([0, { resume: known }]);
    const text = "x".repeat(1_000_000);
    for (let id = 0; id < 8; id++) modest.send([2, id, "echo", text]);
    expect(await modest.next()).toMatchObject([1, RESUMED]);
    for (let id = 0; id < 8; id++) expect(await modest.next()).toEqual([3, id, text]);
    // sent as fast as can be: whatever arrives before the session is known is kept, up to a limit
    const greedy = await connect();
    greedy.send([0, { resume: known }]);
    for (let id = 0; id < 40; id++) greedy.send([2, id, "echo", text]);
    const end = await greedy.settled().then(
      () => undefined,
      () => greedy.closed,
    );
    // 1006 is what is left of a close where more was on its way to the server
    expect([undefined, 1006, 1013, 4508]).toContain(end?.code);
    expect(await resume(await connect(), known)).toMatchObject(RESUMED);
  });

  it("keeps its frames as they came, so that deflated ones do not grow while they wait", async () => {
    // so many messages would be a flood otherwise
    const { connect } = await serve(app, { rateLimits: "off" });
    const known = await away(connect);
    const client = await connect({ format: "msgpack" });
    const bomb = deflated(client.pack(Array.from({ length: 40_000 }, () => [15])));
    const heap = process.memoryUsage().heapUsed;
    client.send([0, { resume: known }]);
    for (let count = 0; count < 200; count++) client.binary(bomb);
    expect(await client.next()).toMatchObject([1, RESUMED]);
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(200_000_000);
    expect(await client.settled()).toEqual([]);
  });

  it("is closed for what does not decode, after it got its session", async () => {
    const { connect } = await serve(app);
    const known = await away(connect);
    const client = await connect();
    client.send([0, { resume: known }]);
    client.text("[2,1,");
    expect(await client.take(2)).toMatchObject([[1, RESUMED], { 2: "BAD_REQUEST" }]);
    expect(await client.closed).toMatchObject({ code: 1007 });
  });

  it("may go at any moment, and the session loses nothing", async () => {
    const { connect } = await serve(app);
    const known = await away(connect);
    for (let round = 0; round < 40; round++) {
      const client = await connect();
      client.send([0, { resume: known }]);
      for (let turn = 0; turn < round / 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      client.destroy();
    }
    const client = await connect();
    expect(await resume(client, known)).toMatchObject(RESUMED);
    client.send([
      [11, null, "bee", "hi"],
      [11, null, "a", "hi"],
    ]);
    const events = await client.take(2);
    expect(events).toContainEqual([12, "a", "hi"]);
    expect(events).toContainEqual([12, "bee", "hi", { pattern: "b*" }]);
  });
});

describe("a flood", () => {
  it("of guesses at a secret leaves the session to its owner", async () => {
    const { connect } = await serve(app);
    const known = await away(connect);
    for (let count = 0; count < 200; count++) {
      const guesser = await connect();
      const secret = known.secret.slice(0, count % 43).padEnd(43, "!");
      expect(await resume(guesser, { session: known.session, secret })).toMatchObject({ resumed: false });
      guesser.destroy();
    }
    expect(await resume(await connect(), known)).toMatchObject(RESUMED);
  });

  it("of connections that all go on with one session leaves it to one of them", async () => {
    const { connect } = await serve(app);
    const known = await away(connect);
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect()));
    for (const client of clients) client.send([0, { resume: known }]);
    let closed = 0;
    for (const client of clients) void client.closed.then(({ code }) => (closed += code === 1000 ? 1 : 0));
    await until(() => closed === 49);
    const last = clients.filter(({ socket }) => !socket.destroyed);
    expect(last).toHaveLength(1);
    expect(await last[0]?.next()).toMatchObject([1, RESUMED]);
  });

  it("of keys costs the session that makes it its own answers, and others nothing", async () => {
    const { connect } = await serve(app, { answerBudget: 1_048_576 });
    const [modest, greedy] = [await connect(), await connect()];
    for (const client of [modest, greedy]) await hello(client);
    const ask = (client: RawClient, key: string, data: string) => client.ask([2, 1, "echo", data, { key }]);
    await ask(modest, "k", "mine");
    for (let from = 0; from < 10_000; from += 500) {
      greedy.send(Array.from({ length: 500 }, (_, id) => [2, id, "echo", "x", { key: `${from + id}` }]));
      await greedy.take(500);
    }
    expect(await ask(modest, "k", "other")).toEqual([3, 1, "mine"]);
    expect(await ask(greedy, "9999", "other")).toEqual([3, 1, "x"]);
    expect(await ask(greedy, "0", "other")).toEqual([3, 1, "other"]);
  });

  it("of calls that wait for one that never ends is over with their connection", async () => {
    const { connect } = await serve(app);
    for (let round = 0; round < 20; round++) {
      const client = await connect();
      client.send(Array.from({ length: 900 }, (_, id) => [2, id, "never", null, { key: "k" }]));
      await client.settled();
      client.destroy();
    }
    const client = await connect();
    expect(await client.ask([2, 1, "echo", "fine", { key: "k" }])).toEqual([3, 1, "fine"]);
  });
});
