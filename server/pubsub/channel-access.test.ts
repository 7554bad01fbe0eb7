import { describe, expect, it } from "vitest";
import { AppError, type CallContext, type ChannelRequest, defineApp } from "../index.ts";
import { hello } from "../sessions/test/resume.ts";
import type { RawClient } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";

const authenticate = ({ token }: { token: string | undefined }) => token;
const login = (user: string | null, { session }: CallContext) => session.setUser(user ?? undefined);

/** What becomes of requests, by their ids: "ok", or the code of the error. */
async function outcomes(client: RawClient, ...requests: unknown[][]): Promise<string[]> {
  client.send(requests.map(([kind, ...rest], id) => [kind, id + 1, ...rest]));
  const found = new Map<number, string>();
  while (found.size < requests.length) {
    const [kind, id, code] = (await client.next()) as [number, number | null, string];
    if (kind === 12 || kind === 13 || id === null) continue;
    found.set(id, kind === 4 ? code : "ok");
  }
  return requests.map((_, id) => found.get(id + 1) ?? "");
}

async function as(token: string | undefined, connect: () => Promise<RawClient>): Promise<RawClient> {
  const client = await connect();
  await hello(client, token === undefined ? {} : { token });
  return client;
}

describe("channels of one user each", () => {
  const app = defineApp({
    authenticate,
    procedures: { login },
    channels: { "user:*": { perUser: true, history: true, presence: true }, "*": {} },
  });

  it("are for that user alone, whatever is asked of them", async () => {
    const { connect } = await serve(app);
    const ada = await as("42", connect);
    const own = ["user:42", "user:42#inbox", "user:42#", "user:42##x"];
    for (const channel of own) {
      const asked = [
        [8, channel],
        [11, channel, 1],
        [2, "$history", channel],
        [2, "$presence", channel],
      ];
      expect(await outcomes(ada, ...asked)).toEqual(["ok", "ok", "ok", "ok"]);
    }
    for (const channel of ["user:4", "user:421", "user:421#inbox", "user:", "user:#42", "user:42 ", "user:4#2"]) {
      const asked = [
        [8, channel],
        [11, channel, 1],
        [2, "$history", channel],
        [2, "$presence", channel],
      ];
      expect(await outcomes(ada, ...asked)).toEqual(["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
    }
    const nobody = await as(undefined, connect);
    expect(await outcomes(nobody, [8, "user:42"], [11, "user:42#inbox", 1], [2, "$history", "user:42"])).toEqual([
      ...["UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED"],
    ]);
  });

  it("are covered by no pattern but those of their user", async () => {
    const { connect } = await serve(app);
    const ada = await as("42", connect);
    expect(await outcomes(ada, [8, "user:42#*"], [8, "user:42#in*"])).toEqual(["ok", "ok"]);
    const wide = ["*", "u*", "user:*", "user:4*", "user:42*", "user:43#*"].map((pattern) => [8, pattern]);
    expect(await outcomes(ada, ...wide)).toEqual(wide.map(() => "FORBIDDEN"));
    expect(await outcomes(ada, [8, "news*"])).toEqual(["ok"]);
  });

  it("end with who one is, and the client is told which", async () => {
    const { connect, server } = await serve(app);
    const client = await as(undefined, connect);
    await client.ask([2, 1, "login", "42"]);
    await outcomes(client, [8, "user:42#a"], [8, "news"]);
    expect(await outcomes(client, [2, "login", "43"])).toEqual(["ok"]);
    // the word of it came ahead of the answer
    await outcomes(client, [8, "user:43#a"]);
    server.publish("user:42#a", "secret");
    server.publish("user:43#a", "hello");
    server.publish("news", 1);
    const came = (await client.take(2)) as unknown[][];
    expect(came.map(([kind, channel]) => [kind, channel])).toEqual([
      [12, "user:43#a"],
      [12, "news"],
    ]);
  });

  it("are named by a pattern, or the application does not start", async () => {
    await expect(serve(defineApp({ channels: { "user:42": { perUser: true } } }))).rejects.toThrow(
      /"user:42".*pattern/,
    );
  });
});

describe("authorize of a channel", () => {
  it("decides about each of subscribe, publish, presence and history, told who wants what", async () => {
    const asked: [string, string, string | undefined, unknown][] = [];
    const authorize = ({ action, channel, user, data, session }: ChannelRequest) => {
      asked.push([action, channel, user, data]);
      return session.user === "ada" && !channel.endsWith("closed");
    };
    const rule = { history: true, presence: true, authorize };
    const { connect } = await serve(defineApp({ authenticate, channels: { "room:*": rule } }));
    const requests = (channel: string) => [
      [8, channel, { presence: true }],
      [11, channel, { text: "hi" }],
      [2, "$history", channel],
      [2, "$presence", channel],
    ];
    const ada = await as("ada", connect);
    expect(await outcomes(ada, ...requests("room:1"))).toEqual(["ok", "ok", "ok", "ok"]);
    expect(asked.sort()).toEqual([
      ["history", "room:1", "ada", undefined],
      ["presence", "room:1", "ada", undefined],
      ["presence", "room:1", "ada", undefined],
      ["publish", "room:1", "ada", { text: "hi" }],
      ["subscribe", "room:1", "ada", undefined],
    ]);
    expect(await outcomes(ada, ...requests("room:closed"))).toEqual(requests("").map(() => "FORBIDDEN"));
    const bob = await as("bob", connect);
    expect(await outcomes(bob, ...requests("room:1"))).toEqual(requests("").map(() => "FORBIDDEN"));
  });

  it("may take its time, and say no in its own words", async () => {
    const authorize = async ({ channel, data }: ChannelRequest) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (channel === "room:full") throw new AppError("ROOM_FULL", "Twelve are in.");
      if (channel === "room:broken") throw new Error("a database is down");
      return channel !== "room:closed" && data !== "hidden";
    };
    const { connect, records } = await serve(defineApp({ channels: { "room:*": { authorize } } }));
    const client = await connect();
    const channels = ["room:1", "room:full", "room:broken", "room:closed"];
    const expected = ["ok", "ROOM_FULL", "INTERNAL", "FORBIDDEN"];
    expect(await outcomes(client, ...channels.map((channel) => [8, channel]))).toEqual(expected);
    expect(await outcomes(client, ...channels.map((channel) => [11, channel, 1]))).toEqual(expected);
    expect(records.some(({ message }) => message === "a channel's authorize threw")).toBe(true);
    // without an id nobody is answered, and nothing is published all the same
    client.send([11, null, "room:1", "hidden"]);
    client.send([11, null, "room:1", "shown"]);
    expect(await client.next()).toEqual([12, "room:1", "shown"]);
  });

  it("that never comes to an end is a TIMEOUT; of one connection only so many may wait for theirs", async () => {
    const authorize = () => new Promise<never>(() => undefined);
    const app = defineApp({ channels: { "*": { authorize } } });
    const { connect } = await serve(app, { callTimeoutMs: 300, maxCalls: 3, maxChannels: 3 });
    const client = await connect();
    const asked = ["a", "b", "c", "d"].map((channel) => [8, channel]);
    expect(await outcomes(client, ...asked)).toEqual(["TIMEOUT", "TIMEOUT", "TIMEOUT", "OVERLOADED"]);
  });

  it("may be overtaken by UNSUBSCRIBE: the subscription never begins then", async () => {
    const decisions: (() => void)[] = [];
    const authorize = () => new Promise<void>((resolve) => void decisions.push(resolve));
    const { connect, server } = await serve(defineApp({ channels: { a: { authorize } } }));
    const client = await connect();
    client.send([
      [8, 1, "a"],
      [10, 2, "a"],
      [8, 3, "a"],
    ]);
    expect(await client.next()).toEqual([4, 1, "CANCELLED", expect.any(String)]);
    expect(await client.next()).toEqual([5, 2]);
    for (const decide of decisions) decide();
    expect(await client.next()).toEqual([9, 3, {}]);
    server.publish("a", 1);
    expect(await client.next()).toEqual([12, "a", 1]);
  });

  it("decides for who asked: who has become another meanwhile gets nothing by it", async () => {
    let decide = () => {};
    const authorize = () =>
      new Promise<void>((resolve) => {
        decide = resolve;
      });
    const { connect } = await serve(defineApp({ authenticate, procedures: { login }, channels: { a: { authorize } } }));
    const client = await as("ada", connect);
    client.send([8, 1, "a"]);
    await client.ask([2, 2, "login", "bob"]);
    decide();
    expect(await client.next()).toEqual([4, 1, "FORBIDDEN", expect.any(String)]);
  });

  it("is not asked about patterns, which are refused, unless the rule says otherwise", async () => {
    const authorize = ({ channel, user }: ChannelRequest) => channel === `vip:${user}` || channel === "vip:*";
    const rules = { "*": {}, "vip:*": { authorize, patterns: true }, "room:*": { authorize: () => true } };
    const channels = { ...rules, "vip:board": { requireUser: true }, "single:*": { patterns: false } };
    const { connect } = await serve(defineApp({ authenticate, channels }));
    const nobody = await as(undefined, connect);
    expect(await outcomes(nobody, [8, "a*"], [8, "room:1"], [8, "single:1"])).toEqual(["ok", "ok", "ok"]);
    expect(await outcomes(nobody, [8, "room:*"], [8, "roo*"], [8, "room:1*"])).toEqual(Array(3).fill("FORBIDDEN"));
    expect(await outcomes(nobody, [8, "single:*"], [8, "s*"])).toEqual(Array(2).fill("FORBIDDEN"));
    // what any of the rules that it covers refuses
    expect(await outcomes(nobody, [8, "vip:*"])).toEqual(["UNAUTHENTICATED"]);
    const ada = await as("ada", connect);
    expect(await outcomes(ada, [8, "vip:*"], [8, "vi*"], [8, "vip:b*"])).toEqual(["ok", "FORBIDDEN", "FORBIDDEN"]);
  });

  it("that refuses the history leaves what was missed out, and lets who may subscribe do so", async () => {
    const authorize = ({ action }: ChannelRequest) => action !== "history";
    const { connect } = await serve(defineApp({ channels: { a: { history: true, authorize } } }));
    const client = await connect();
    await client.ask([11, 1, "a", "old"]);
    const [, , { epoch }] = (await client.ask([8, 2, "a"])) as [number, number, { epoch: string }];
    await client.ask([10, 3, "a"]);
    expect(await client.ask([8, 4, "a", { since: { epoch, offset: 0 } }])).toMatchObject([9, 4, { offset: 1 }]);
    expect(await client.settled()).toEqual([]);
  });

  it("is asked again when a session goes on, by whatever of its subscriptions is still allowed", async () => {
    let open = true;
    const authorize = () => open;
    const { connect, server } = await serve(defineApp({ channels: { a: { authorize }, b: {} } }));
    const first = await connect();
    const { session, secret } = await hello(first);
    await outcomes(first, [8, "a"], [8, "b"]);
    first.destroy();
    open = false;
    const second = await connect();
    expect(await hello(second, { resume: { session, secret } })).toMatchObject({ resumed: true });
    server.publish("a", 1);
    server.publish("b", 1);
    expect(await second.next()).toEqual([12, "b", 1]);
  });
});

it("channels that begin with $ are the server's: nobody subscribes to them, publishes there, or has a rule for them", async () => {
  const { connect, server } = await serve(defineApp({ channels: { "*": { history: true, presence: true } } }));
  const client = await connect();
  const asked = [
    [8, "$direct"],
    [8, "$*"],
    [8, "*"],
    [11, "$direct", 1],
    [2, "$history", "$direct"],
    [2, "$presence", "$direct"],
  ];
  const none = "NOT_FOUND";
  expect(await outcomes(client, ...asked)).toEqual([none, none, "ok", none, none, none]);
  expect(() => server.publish("$direct", 1)).toThrow(expect.objectContaining({ code: none }));
  await expect(serve(defineApp({ channels: { "$x:*": {} } }))).rejects.toThrow(/"\$x:\*" is no name/);
});
