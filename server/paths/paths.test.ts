import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { loadConfig } from "../config.ts";
import { type CallContext, ConfigError, type Connection, defineApp } from "../index.ts";
import { serve, until } from "../test/test-server.ts";
import type { PathOptions } from "./path-options.ts";

/** Fills in what a file may leave out. */
function paths(...given: Record<string, unknown>[]): readonly PathOptions[] {
  return loadConfig({ overrides: { paths: given as never } }).config.paths;
}

const TAGS = {
  procedures: { tags: (_: unknown, { connection }: { connection: Connection }) => connection.tags },
};

describe("a path's connections", () => {
  it("are tagged as it says, and over that as the application says", async () => {
    const app = defineApp({
      ...TAGS,
      tags: ({ path, query, headers, ip }) => ({
        room: query.get("room"),
        foo: path === "/a" ? undefined : "overridden",
        from: headers.get("user-agent"),
        ip,
      }),
    });
    const run = await serve(app, { paths: paths({ path: "/a", tags: { foo: "bar", n: "1" } }) });
    const a = await run.connect({ path: "/a?room=5" });
    expect(await a.ask([2, 1, "tags"])).toEqual([3, 1, { n: "1", room: "5", ip: "127.0.0.1" }]);
    const b = await run.connect({ path: "/b" });
    expect(await b.ask([2, 1, "tags"])).toEqual([3, 1, { foo: "overridden", ip: "127.0.0.1" }]);
  });

  it("take their tags along where their session goes on elsewhere", async () => {
    const run = await serve(defineApp(TAGS), { paths: paths({ path: "/a", tags: { foo: "bar" } }) });
    const first = await run.connect({ path: "/a" });
    const [, { session, secret }] = (await first.ask([0, {}])) as [number, { session: string; secret: string }];
    first.destroy();
    const second = await run.connect({ path: "/b" });
    await second.ask([0, { resume: { session, secret } }]);
    expect(await second.ask([2, 1, "tags"])).toEqual([3, 1, { foo: "bar" }]);
  });

  it("have what the path says where the application's tags are none, and the log says so", async () => {
    const app = defineApp({
      ...TAGS,
      tags: ({ path }) => (path === "/a" ? { id: "mine" } : { long: "x".repeat(256) }),
    });
    const run = await serve(app, { paths: paths({ path: "/a", tags: { foo: "bar" } }) });
    expect(await (await run.connect({ path: "/a" })).ask([2, 1, "tags"])).toEqual([3, 1, { foo: "bar" }]);
    expect(await (await run.connect({ path: "/b" })).ask([2, 1, "tags"])).toEqual([3, 1, {}]);
    expect(run.records.filter(({ message }) => message === "tags of the application threw")).toHaveLength(2);
  });

  it("may send larger messages than others, or only smaller ones", async () => {
    const app = defineApp({ procedures: { size: (text: string) => text.length } });
    const list = paths({ path: "/large", maxPayload: 4_000 }, { path: "/small", maxPayload: 100 });
    const run = await serve(app, { maxPayload: 1_000, paths: list });
    for (const [path, most] of [
      ["/large", 4_000],
      ["/small", 100],
      ["/", 1_000],
    ] as const) {
      const client = await run.connect({ path });
      expect(await client.ask([0, {}])).toMatchObject([1, { maxPayload: most }]);
      expect(await client.ask([2, 1, "size", "x".repeat(most - 50)])).toEqual([3, 1, most - 50]);
      client.send([2, 2, "size", "x".repeat(most)]);
      expect(await client.closed).toMatchObject({ code: 1009 });
    }
  });
});

describe("a raw path", () => {
  const RAW = paths({ path: "/raw", mode: "raw", tags: { kind: "plain" }, maxPayload: 1_000 });

  it("takes any plain client, and hands its messages to the application as they are", async () => {
    const heard: unknown[] = [];
    const app = defineApp({
      on: {
        connection: ({ path, tags }) => void heard.push(["connection", path, tags]),
        message: ({ path }, data) => void heard.push([path, data]),
        terminated: ({ path }, code) => void heard.push(["terminated", path, code]),
      },
    });
    const run = await serve(app, { paths: RAW });
    const client = new WebSocket(`ws://127.0.0.1:${run.port}/raw`, ["anything", "else"]);
    await new Promise((resolve) => client.once("open", resolve));
    expect(client.protocol).toBe("anything");
    client.send("[2,1,");
    client.send(Uint8Array.of(0xc1, 0));
    client.send("");
    await until(() => heard.length === 4);
    client.close(4_000);
    await until(() => heard.length === 5);
    expect(heard).toEqual([
      ["connection", "/raw", { kind: "plain" }],
      ["/raw", "[2,1,"],
      ["/raw", Uint8Array.of(0xc1, 0)],
      ["/raw", ""],
      ["terminated", "/raw", 4_000],
    ]);
    const other = await run.connect({ path: "/" });
    expect(await other.ask([14])).toEqual([15]);
  });

  it("is told nothing of the protocol, not even at the end, and has no procedures", async () => {
    let connection: Connection | undefined;
    const app = defineApp({
      on: {
        connection(one) {
          connection = one;
        },
      },
    });
    const run = await serve(app, { paths: RAW });
    const client = new WebSocket(`ws://127.0.0.1:${run.port}/raw`);
    const said: unknown[] = [];
    client.on("message", (data) => said.push(data));
    await new Promise((resolve) => client.once("open", resolve));
    await expect(connection?.call("anything")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const closed = new Promise((resolve) => client.once("close", resolve));
    await run.server.close();
    expect([await closed, said]).toEqual([1012, []]);
  });

  it("closes who sends more than it takes, and who floods", async () => {
    const run = await serve(defineApp({}), { paths: RAW, messageRate: 10, rateBurstMs: 1_000 });
    const closing = async (send: (client: WebSocket) => void) => {
      const client = new WebSocket(`ws://127.0.0.1:${run.port}/raw`);
      await new Promise((resolve) => client.once("open", resolve));
      const closed = new Promise((resolve) => client.once("close", resolve));
      send(client);
      return closed;
    };
    expect(await closing((client) => client.send("x".repeat(1_001)))).toBe(1009);
    const flood = (client: WebSocket) => {
      for (let count = 0; count < 1_000; count++) client.send("x");
    };
    expect(await closing(flood)).toBe(4429);
  });
});

describe("the option paths", () => {
  it("is JSON in the environment", () => {
    const { config } = loadConfig({ env: { PATHS: '[{"path":"/a","mode":"raw","json":{"command":"data.command"}}]' } });
    expect(config.paths).toEqual([
      { path: "/a", mode: "raw", tags: {}, streamTags: [], json: { command: "data.command" } },
    ]);
  });

  it.each([
    ["no JSON", "{"],
    ["no list", '{"path":"/a"}'],
    ["no path", '[{"path":"a"}]'],
    ["a query", '[{"path":"/a?b"}]'],
    ["another mode", '[{"path":"/a","mode":"cooked"}]'],
    ["a tag that nobody sets", '[{"path":"/a","tags":{"id":"5"}}]'],
    ["a number for a tag", '[{"path":"/a","tags":{"a":5}}]'],
    ["a path twice", '[{"path":"/a"},{"path":"/a"}]'],
    ["something unknown", '[{"path":"/a","tag":{}}]'],
    ["a variable with a dash", '[{"path":"/a","json":{"a-b":"c"}}]'],
  ])("refuses %s, and says what it wants", (_, text) => {
    expect(() => loadConfig({ env: { PATHS: text } })).toThrow(ConfigError);
    expect(() => loadConfig({ env: { PATHS: text } })).toThrow(
      /paths \(environment PATHS\): expected a list of paths, like/,
    );
  });
});

describe("who somebody is", () => {
  it("is known before anything of a raw connection is heard, and tags that are too many keep nobody out", async () => {
    let letIn: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    const heard: unknown[] = [];
    const many = (prefix: string) => Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${prefix}${n}`, "x"]));
    const app = defineApp({
      tags: () => many("a"),
      authenticate: async () => {
        await asked;
        return { user: "ann", tags: many("b") };
      },
      on: { message: ({ user, tags }, data) => void heard.push([user, Object.keys(tags).length, data]) },
    });
    const run = await serve(app, { paths: paths({ path: "/raw", mode: "raw" }) });
    const headers = { authorization: "Bearer something" };
    const client = new WebSocket(`ws://127.0.0.1:${run.port}/raw`, { headers });
    await new Promise((resolve) => client.once("open", resolve));
    for (const text of ["first", "second"]) client.send(text);
    // those are there when a later one's ping is answered
    await new Promise((resolve) => client.once("pong", resolve).ping());
    expect(heard).toEqual([]);
    letIn();
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      ["ann", 60, "first"],
      ["ann", 60, "second"],
    ]);
    expect(run.records.filter(({ message }) => message === "tags of a user do not fit")).toHaveLength(1);
    // what its user is told is as bare as all that it is told
    const told: unknown[] = [];
    client.on("message", (data: Buffer, binary) => void told.push(binary ? [...data] : data.toString()));
    for (const data of ["a text", Uint8Array.of(0, 255), { a: 1 }]) await run.server.toUser("ann").publish(data);
    await until(() => told.length === 3);
    expect(told).toEqual(["a text", [0, 255], '{"a":1}']);
    client.close();
  });

  it("is needed where the application wants it, also to be told something by tags", async () => {
    const app = defineApp({
      requireUser: true,
      tags: ({ query }) => ({ room: query.get("room") }),
      procedures: {
        login: { requireUser: false, handler: (user: string, { session }: CallContext) => session.setUser(user) },
        tell: (_: unknown, context: CallContext) => context.toTagged({ room: "5" }).publish("for some"),
      },
    });
    const run = await serve(app);
    const [stranger, ann] = [await run.connect({ path: "/?room=5" }), await run.connect({ path: "/?room=5" })];
    await ann.ask([2, 1, "login", "ann"]);
    ann.send([2, 2, "tell"]);
    expect(await ann.take(2)).toEqual(expect.arrayContaining([[3, 2, 1]]));
    expect(await stranger.settled()).toEqual([]);
  });
});
