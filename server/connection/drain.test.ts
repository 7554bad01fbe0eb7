import { describe, expect, it } from "vitest";
import { type Connection, defineApp } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { openSocket } from "../test/raw-handshake.ts";
import { serve, until } from "../test/test-server.ts";

const app = defineApp({
  procedures: {
    slowly: () => new Promise((resolve) => setTimeout(resolve, 150, "answered all the same")),
    never: () => new Promise(() => undefined),
    async *steps() {
      for (let step = 1; step <= 3; step++) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        yield step;
      }
    },
  },
});

describe.each(FORMATS)("a server that closes, over %s", (format) => {
  it("says GOAWAY to everyone, then closes with 1012", async () => {
    const run = await serve(app);
    const clients = await Promise.all([1, 2, 3].map(() => run.connect({ format })));
    const over = run.server.close();
    for (const client of clients) {
      const [kind, reason, options] = (await client.next()) as [number, string, { reconnectAfterMs: number }];
      expect([kind, reason]).toEqual([16, "restart"]);
      expect(options.reconnectAfterMs).toBeGreaterThanOrEqual(1_000);
      expect(options.reconnectAfterMs).toBeLessThanOrEqual(2_000);
      expect(Number.isInteger(options.reconnectAfterMs)).toBe(true);
      expect(await client.closed).toEqual({ code: 1012, reason: "restart" });
    }
    await over;
  });

  it("lets calls and streams in flight finish first", async () => {
    const run = await serve(app, { drainMs: 5_000 });
    const [client, idle] = [await run.connect({ format }), await run.connect({ format })];
    client.send([
      [2, 1, "slowly"],
      [2, 2, "steps"],
    ]);
    await client.settled();
    const over = run.server.close();
    expect(await client.next()).toMatchObject([16, "restart", expect.anything()]);
    const messages = await client.take(5);
    expect(messages).toContainEqual([3, 1, "answered all the same"]);
    expect(messages.filter((message) => (message as unknown[])[1] === 2)).toEqual([
      [6, 2, 1],
      [6, 2, 2],
      [6, 2, 3],
      [3, 2],
    ]);
    expect((await client.closed).code).toBe(1012);
    expect((await idle.closed).code).toBe(1012);
    await over;
  });

  it("lets clients answer what it asked of them", async () => {
    const run = await serve(app, { drainMs: 5_000 });
    const opened = new Promise<Connection>((resolve) => run.server.on("connection", resolve));
    const client = await run.connect({ format });
    const answer = (await opened).call("confirm", 1);
    await client.next();
    const over = run.server.close();
    expect(await client.next()).toMatchObject([16, "restart", expect.anything()]);
    await client.settled();
    client.send([3, 1, "yes"]);
    expect(await answer).toBe("yes");
    expect((await client.closed).code).toBe(1012);
    await over;
  });

  it("does not wait for ever for a call that never ends", async () => {
    const run = await serve(app, { drainMs: 60 });
    const client = await run.connect({ format });
    client.send([2, 1, "never"]);
    await client.settled();
    const begun = performance.now();
    await run.server.close();
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(await client.take(1)).toMatchObject([[16, "restart", expect.anything()]]);
    expect((await client.closed).code).toBe(1012);
  });
});

describe("a server that closes", () => {
  it.each([
    ["waits for a call whose connection is gone, as its client will ask for the answer", 5_000, 1],
    ["does not wait longer for it than for others", 60, 0],
  ])("%s", async (_, drainMs, answered) => {
    let [begun, ended] = [0, 0];
    const slowly = async () => {
      begun++;
      await new Promise((resolve) => setTimeout(resolve, 400));
      ended++;
    };
    const run = await serve(defineApp({ procedures: { slowly } }), { drainMs });
    const client = await run.connect();
    await client.ask([0]);
    client.send([2, 1, "slowly", null, { key: "k" }]);
    await until(() => begun === 1);
    await client.close();
    await run.server.close();
    expect(ended).toBe(answered);
  });

  it("takes no new connections", async () => {
    const run = await serve(app, { drainMs: 5_000 });
    const client = await run.connect();
    client.send([2, 1, "slowly"]);
    await client.settled();
    const over = run.server.close();
    await client.next();
    await expect(openSocket(run.port)).rejects.toThrow("ECONNREFUSED");
    expect(await client.next()).toEqual([3, 1, "answered all the same"]);
    await over;
  });

  it("does not wait for a peer that does not say goodbye", async () => {
    const run = await serve(app);
    const client = await run.connect();
    client.socket.pause();
    const begun = performance.now();
    await run.server.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    client.socket.resume();
    await client.closed;
  });

  it("can be closed again, and closes at once where nobody is connected", async () => {
    const run = await serve(app);
    const begun = performance.now();
    await run.server.close();
    await run.server.close();
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it("tells its listeners of every connection that ends", async () => {
    const run = await serve(app);
    const codes: number[] = [];
    run.server.on("terminated", (_, code) => void codes.push(code));
    await Promise.all([run.connect(), run.connect()]);
    await run.server.close();
    await until(() => codes.length === 2);
    expect(codes).toEqual([1012, 1012]);
  });
});
