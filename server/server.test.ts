import { createServer as createNetServer } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigError, createServer, defineApp, definePlugin } from "./index.ts";
import { freePort } from "./links/test/free-port.ts";
import { RawClient } from "./test/raw-client.ts";
import { serve, until } from "./test/test-server.ts";

const OPTIONS = { workers: 0, port: 0, host: "127.0.0.1", logLevel: "silent", drainMs: 100 } as const;

describe("a server in one process", () => {
  it("has a role from the start, and a port once it listens", async () => {
    const server = createServer(defineApp({}), OPTIONS);
    onTestFinished(() => server.close());
    expect([server.role, server.port]).toEqual(["single process", 0]);
    await server.listen();
    expect(server.port).toBeGreaterThan(1023);
  });

  it("loads its application from a function, once", async () => {
    let loads = 0;
    const load = async () => {
      loads++;
      return defineApp({ procedures: { loaded: () => true } });
    };
    const server = createServer(load, OPTIONS);
    onTestFinished(() => server.close());
    expect(loads).toBe(0);
    await server.listen();
    const client = await RawClient.connect({ port: server.port });
    expect(await client.ask([2, 1, "loaded"])).toEqual([3, 1, true]);
    client.destroy();
    expect(loads).toBe(1);
  });

  it("that cannot load its application does not listen, and can try again", async () => {
    let tries = 0;
    const server = createServer(async () => {
      if (++tries === 1) throw new Error("a syntax error, perhaps");
      return defineApp({});
    }, OPTIONS);
    onTestFinished(() => server.close());
    await expect(server.listen()).rejects.toThrow("syntax error");
    expect(server.port).toBe(0);
    await server.listen();
    expect(server.port).toBeGreaterThan(0);
  });

  it("listens once", async () => {
    const run = await serve();
    await expect(run.server.listen()).rejects.toThrow("listens already");
    expect(await (await run.connect()).ask([14, 1])).toEqual([15, 1]);
  });

  it("listens once, even where it is asked to twice in a moment", async () => {
    const server = createServer(defineApp({}), OPTIONS);
    onTestFinished(() => server.close());
    const both = await Promise.allSettled([server.listen(), server.listen()]);
    expect(both).toEqual([
      { status: "fulfilled", value: undefined },
      { status: "rejected", reason: new Error("This server listens already.") },
    ]);
    const { port } = server;
    await server.close();
    await expect(RawClient.connect({ port })).rejects.toThrow("ECONNREFUSED");
  });

  it("that is closed while it starts is closed", async () => {
    let port = 0;
    const app = defineApp({ plugins: [definePlugin({ name: "slow", setup: () => nextTurn() })] });
    const server = createServer(app, { ...OPTIONS, port: await freePort() });
    const listening = server.listen().then(() => {
      port = server.port;
    });
    await server.close();
    await listening;
    expect([port > 0, server.port]).toEqual([true, 0]);
    await expect(RawClient.connect({ port })).rejects.toThrow("ECONNREFUSED");
    // and can listen again
    await server.listen();
    onTestFinished(() => server.close());
    expect(server.port).toBe(port);
  });

  it("that is closed while it starts, and cannot, has only that to say", async () => {
    const server = createServer(async () => Promise.reject(new Error("a syntax error, perhaps")), OPTIONS);
    const listening = server.listen();
    const closing = server.close();
    await expect(listening).rejects.toThrow("syntax error");
    await closing;
  });

  it("that is closed twice at once, and listens again, goes on listening", async () => {
    const server = createServer(defineApp({}), OPTIONS);
    await server.listen();
    await Promise.all([server.close().then(() => server.listen()), server.close()]);
    onTestFinished(() => server.close());
    expect(server.port).toBeGreaterThan(0);
    await expect(server.listen()).rejects.toThrow("listens already");
  });

  it("survives an async listener that fails", async () => {
    const run = await serve(defineApp({ on: { connection: async () => Promise.reject(new Error("no database")) } }));
    const client = await run.connect();
    expect(await client.ask([14, 1])).toEqual([15, 1]);
    expect(run.records).toContainEqual({
      level: "error",
      message: "a listener failed",
      fields: { event: "connection", error: new Error("no database") },
    });
  });

  it("says what is wrong with a port that is taken", async () => {
    const other = createNetServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await until(() => other.listening);
    const { port } = other.address() as { port: number };
    const server = createServer(defineApp({}), { ...OPTIONS, port });
    await expect(server.listen()).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: expect.stringContaining(String(port)),
    });
  });

  it("refuses options that are wrong, or that there are not", () => {
    expect(() => createServer(defineApp({}), { ...OPTIONS, maxCalls: -1 })).toThrow(ConfigError);
    expect(() => createServer(defineApp({}), { ...OPTIONS, maxCals: 5 } as object)).toThrow(/maxCals.*maxCalls/);
  });

  it("publishes while it listens", async () => {
    const run = await serve(defineApp({ channels: { "*": {} } }));
    const client = await run.connect();
    await client.ask([8, 1, "news"]);
    run.server.publish("news", { a: 1 });
    expect(await client.next()).toEqual([12, "news", { a: 1 }]);
    expect(() => run.server.publish("news:*", 1)).toThrow("news:*");
    await run.server.close();
    expect(() => run.server.publish("news", 1)).toThrow("nothing to publish with");
  });

  it("publishes to channels that exist, data that encodes, and says so otherwise", async () => {
    const run = await serve(defineApp({ channels: { "a:*": {} } }));
    expect(() => run.server.publish("b", 1)).toThrow('"b"');
    expect(() => run.server.publish("a:1", 2n ** 80n)).toThrow("encoded");
  });

  it("lives beside others in the same process", async () => {
    const [first, second] = [
      await serve(defineApp({ procedures: { which: () => 1 }, channels: { "*": {} } })),
      await serve(defineApp({ procedures: { which: () => 2 }, channels: { "*": {} } })),
    ];
    const [one, two] = [await first.connect(), await second.connect()];
    expect(await one.ask([2, 1, "which"])).toEqual([3, 1, 1]);
    expect(await two.ask([2, 1, "which"])).toEqual([3, 1, 2]);
    for (const client of [one, two]) await client.ask([8, 1, "news"]);
    first.server.publish("news", "of the first");
    expect(await one.next()).toEqual([12, "news", "of the first"]);
    expect(await two.settled()).toEqual([]);
  });

  it("can listen again after it has closed, and hears everything once", async () => {
    let connections = 0;
    const app = defineApp({ on: { connection: () => void connections++ } });
    const server = createServer(app, OPTIONS);
    onTestFinished(() => server.close());
    await server.listen();
    await server.close();
    expect(server.port).toBe(0);
    await server.listen();
    const client = await RawClient.connect({ port: server.port });
    await client.settled();
    client.destroy();
    expect(connections).toBe(1);
  });

  it("leaves nothing running behind it", async () => {
    const run = await serve();
    const client = await run.connect();
    await client.settled();
    await run.server.close();
    await expect(run.connect()).rejects.toThrow("ECONNREFUSED");
  });
});
