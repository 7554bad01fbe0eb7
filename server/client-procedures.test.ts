import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Client } from "../client/index.ts";
import { connect } from "../client/node.ts";
import { AppError, type Connection, defineApp } from "./index.ts";
import { serve, type TestServer, until } from "./test/test-server.ts";

/** A client, and the server's object for it. */
async function pair(): Promise<{ client: Client; connection: Connection; run: TestServer }> {
  const run = await serve(
    defineApp({
      procedures: { echo: (data: unknown) => data, dropMe: (_: null, { connection: one }) => one.close(1012) },
    }),
  );
  const opened = new Promise<Connection>((resolve) => run.server.on("connection", resolve));
  const client = connect(`ws://127.0.0.1:${run.port}`);
  onTestFinished(() => client.close());
  await client.ready;
  return { client, connection: await opened, run };
}

describe("the server's calls of a client", () => {
  it("are answered by what the client registered", async () => {
    const { client, connection } = await pair();
    client.register("add", ({ x, y }: { x: number; y: number }) => x + y);
    client.register("later", async (ms: number) => delay(ms, "late"));
    client.register("kind", (input: unknown) => typeof input);
    expect(await connection.call("add", { x: 1, y: 6 })).toBe(7);
    expect(await Promise.all([connection.call("later", 20), connection.call("add", { x: 2, y: 2 })])).toEqual([
      "late",
      4,
    ]);
    expect([await connection.call("kind"), await connection.call("kind", null)]).toEqual(["undefined", "object"]);
  });

  it("may be made while the client's own call runs, under the same id", async () => {
    const run = await serve(
      defineApp({
        procedures: {
          ask: async (question: string, { connection }) => `You said: ${await connection.call("confirm", question)}`,
        },
      }),
    );
    const client = connect(`ws://127.0.0.1:${run.port}`);
    onTestFinished(() => client.close());
    client.register("confirm", (question: string) => `${question} Yes.`);
    expect(await client.call("ask", "Sure?")).toBe("You said: Sure? Yes.");
  });

  it("fail as the client says", async () => {
    const { client, connection } = await pair();
    const errors = vi.fn();
    client.on("error", errors);
    client.register("soldOut", () => {
      throw new AppError("SOLD_OUT", "Nothing left.", { seats: 0 });
    });
    client.register("broken", () => {
      throw new Error("a detail for nobody");
    });
    client.register("unsendable", () => Symbol("never"));
    await expect(connection.call("soldOut")).rejects.toMatchObject({ code: "SOLD_OUT", details: { seats: 0 } });
    await expect(connection.call("broken")).rejects.toMatchObject({ code: "INTERNAL", details: undefined });
    await expect(connection.call("unsendable")).rejects.toMatchObject({ code: "INTERNAL" });
    await expect(connection.call("nothing")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(errors).toHaveBeenCalledTimes(2);
  });

  it("that the server gives up end on the client", async () => {
    const { client, connection } = await pair();
    const reasons: unknown[] = [];
    client.register("forever", (_: unknown, { signal }) => {
      return new Promise(() => signal.addEventListener("abort", () => reasons.push(signal.reason.code)));
    });
    await expect(connection.call("forever", null, { timeoutMs: 30 })).rejects.toMatchObject({ code: "TIMEOUT" });
    const controller = new AbortController();
    const call = connection.call("forever", null, { signal: controller.signal });
    await client.ping();
    controller.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
    await until(() => reasons.length === 2);
    expect(reasons[1]).toBe("CANCELLED");
  });

  it("reject where the connection is lost, and the client hears of it", async () => {
    const { client, connection } = await pair();
    const reasons: unknown[] = [];
    client.register("forever", (_: unknown, { signal }) => {
      return new Promise(() => signal.addEventListener("abort", () => reasons.push(signal.reason.code)));
    });
    const call = connection.call("forever").catch((error: unknown) => error);
    await client.ping();
    await client.call("dropMe", null).catch(() => undefined);
    expect(await call).toMatchObject({ code: "UNAVAILABLE" });
    await until(() => reasons.length === 1);
  });
});

describe("the server's streams of a client", () => {
  it("give items and the return value", async () => {
    const { client, connection } = await pair();
    client.register("count", function* (to: number) {
      for (let number = 1; number <= to; number++) yield number;
      return "end";
    });
    const stream = connection.stream("count", 2_000);
    const items: unknown[] = [];
    let step = await stream.next();
    for (; step.done !== true; step = await stream.next()) items.push(step.value);
    expect(items).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1));
    expect(step.value).toBe("end");
    expect(await connection.call("count", 3)).toBe("end");
  });

  it("run no further than the server reads, and end on the client where it breaks out", async () => {
    const { client, connection } = await pair();
    let produced = 0;
    const ended = vi.fn();
    client.register("endless", function* () {
      try {
        for (; ; produced++) yield produced;
      } finally {
        ended();
      }
    });
    let read = 0;
    for await (const item of connection.stream("endless", null, { window: 32 })) {
      expect(item).toBe(read++);
      if (read % 100 === 0) await delay(5);
      expect(produced - read).toBeLessThanOrEqual(33);
      if (read === 1_000) break;
    }
    await until(() => ended.mock.calls.length === 1);
    expect(await client.call("echo", "still here")).toBe("still here");
    expect(client.ignored).toBe(0);
  });
});
