import { describe, expect, it } from "vitest";
import { type App, defineApp } from "../app.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";

/** An application whose "wait" ends only by its signal, and tells why that was. */
function waiting(): { app: App; reasons: string[] } {
  const reasons: string[] = [];
  const wait = (_: unknown, context: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      context.signal.addEventListener("abort", () => {
        reasons.push(String(context.signal.reason));
        reject(context.signal.reason);
      });
    });
  const app = defineApp({
    procedures: {
      wait,
      brief: { timeoutMs: 40, handler: wait },
      echo: (data: unknown) => data,
      deaf: () => new Promise((resolve) => setTimeout(resolve, 80, "too late")),
    },
  });
  return { app, reasons };
}

describe.each(FORMATS)("CANCEL over %s", (format) => {
  it("answers a running call with CANCELLED, once, and aborts its signal", async () => {
    const { app, reasons } = waiting();
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "wait"]);
    expect(await client.ask([7, 1])).toEqual([4, 1, "CANCELLED", "The caller cancelled."]);
    expect(await client.settled()).toEqual([]);
    expect(reasons).toEqual(["AppError: The caller cancelled."]);
  });

  it("in the same batch as its call still cancels it", async () => {
    const { app } = waiting();
    const client = await (await serve(app)).connect({ format });
    client.send([
      [2, 1, "wait"],
      [7, 1],
      [2, 2, "echo", 2],
    ]);
    expect(await client.take(2)).toEqual([
      [4, 1, "CANCELLED", "The caller cancelled."],
      [3, 2, 2],
    ]);
  });

  it("of a procedure that does not listen is answered at once, and its result goes nowhere", async () => {
    const { app } = waiting();
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "deaf"]);
    expect(await client.ask([7, 1])).toMatchObject([4, 1, "CANCELLED", expect.any(String)]);
    // the id is free, and what the first call gives later is not taken for the second one's answer
    client.send([2, 1, "wait"]);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await client.settled()).toEqual([]);
  });
});

describe("the time a call may take", () => {
  it("is the caller's, where it says so", async () => {
    const { app, reasons } = waiting();
    const client = await (await serve(app)).connect();
    const begun = performance.now();
    expect(await client.ask([2, 1, "wait", null, { timeoutMs: 50 }])).toEqual([
      4,
      1,
      "TIMEOUT",
      '"wait" took longer than 50 ms.',
    ]);
    expect(performance.now() - begun).toBeGreaterThan(45);
    expect(reasons).toEqual(['AppError: "wait" took longer than 50 ms.']);
  });

  it("is the procedure's own, which a caller can shorten and not extend", async () => {
    const { app } = waiting();
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "brief"])).toMatchObject([4, 1, "TIMEOUT", expect.stringContaining("40 ms")]);
    expect(await client.ask([2, 1, "brief", null, { timeoutMs: 60_000 }])).toMatchObject([
      4,
      1,
      "TIMEOUT",
      expect.stringContaining("40 ms"),
    ]);
    expect(await client.ask([2, 1, "brief", null, { timeoutMs: 5 }])).toMatchObject([
      4,
      1,
      "TIMEOUT",
      expect.stringContaining("than 5 ms"),
    ]);
  });

  it("is the server's, where nobody says anything", async () => {
    const { app } = waiting();
    const client = await (await serve(app, { callTimeoutMs: 45 })).connect();
    expect(await client.ask([2, 1, "wait"])).toMatchObject([4, 1, "TIMEOUT", expect.stringContaining("45 ms")]);
  });

  it("leaves the connection and other calls alone when it is over", async () => {
    const { app } = waiting();
    const client = await (await serve(app)).connect();
    client.send([
      [2, 1, "wait", null, { timeoutMs: 30 }],
      [2, 2, "deaf"],
    ]);
    expect(await client.next()).toMatchObject([4, 1, "TIMEOUT", expect.any(String)]);
    expect(await client.next()).toEqual([3, 2, "too late"]);
  });

  it("is over with its answer: the signal of a call that was answered stays quiet", async () => {
    const signals: AbortSignal[] = [];
    const quick = defineApp({
      procedures: {
        quick: async (_: unknown, { signal }) => void signals.push(signal),
        other: () => new Promise(() => undefined),
      },
    });
    const client = await (await serve(quick, { callTimeoutMs: 30 })).connect();
    client.send([
      [2, 1, "quick"],
      [2, 2, "other"],
    ]);
    expect(await client.take(2)).toMatchObject([
      [3, 1],
      [4, 2, "TIMEOUT", expect.any(String)],
    ]);
    await client.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

describe("calls in flight", () => {
  it("are limited: what is beyond is refused with the time to wait, and runs nothing", async () => {
    const { app } = waiting();
    const client = await (await serve(app, { maxCalls: 3 })).connect();
    client.send([1, 2, 3].map((id) => [2, id, "wait"]));
    expect(await client.ask([2, 4, "echo", 4])).toEqual([
      4,
      4,
      "OVERLOADED",
      expect.stringContaining("3"),
      { retryAfterMs: expect.any(Number) },
    ]);
    expect(await client.ask([7, 2])).toMatchObject([4, 2, "CANCELLED", expect.any(String)]);
    expect(await client.ask([2, 4, "echo", 4])).toEqual([3, 4, 4]);
  });

  it("are counted per connection", async () => {
    const { app } = waiting();
    const run = await serve(app, { maxCalls: 1 });
    const [first, second] = [await run.connect(), await run.connect()];
    first.send([2, 1, "wait"]);
    await first.settled();
    expect(await second.ask([2, 1, "echo", "free"])).toEqual([3, 1, "free"]);
  });

  it("that are answered at once never count, however many a batch has", async () => {
    const { app } = waiting();
    const client = await (await serve(app, { maxCalls: 1 })).connect();
    client.send(Array.from({ length: 100 }, (_, id) => [2, id, "echo", id]));
    expect(await client.take(100)).toEqual(Array.from({ length: 100 }, (_, id) => [3, id, id]));
  });

  it("are aborted when their connection goes", async () => {
    const { app, reasons } = waiting();
    const run = await serve(app);
    const [polite, rude] = [await run.connect(), await run.connect()];
    for (const client of [polite, rude]) {
      client.send([2, 1, "wait"]);
      await client.settled();
    }
    await polite.close();
    rude.destroy();
    await until(() => reasons.length === 2);
    expect(reasons).toEqual(["AppError: The connection closed.", "AppError: The connection closed."]);
  });
});
