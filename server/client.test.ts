import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { connect } from "../client/node.ts";
import { AppError, createServer, defineApp } from "./index.ts";
import { eventually } from "./test/patience.ts";
import { startTestServer, type TestServer, until } from "./test/test-server.ts";

let endedStreams = 0;
let started = 0;
let aborted = 0;

const app = defineApp({
  procedures: {
    "math.add": ({ x, y }: { x: number; y: number }) => x + y,
    "math.root": { input: z.number().min(0, "No roots of what is below 0."), handler: (x) => Math.sqrt(x) },
    echo: (data: unknown) => data,
    later: async (ms: number) => delay(ms, "late"),
    forever: (_: null, { signal }) =>
      new Promise<never>((_resolve, reject) => {
        started++;
        signal.addEventListener("abort", () => {
          aborted++;
          reject(signal.reason);
        });
      }),
    soldOut: (): string => {
      throw new AppError("SOLD_OUT", "Nothing left.", { seats: 0 });
    },
    broken: (): string => {
      throw new Error("a detail for nobody");
    },
    *count(to: number) {
      try {
        for (let number = 1; number <= to; number++) yield number;
        return "end";
      } finally {
        endedStreams++;
      }
    },
    dropMe: (_: null, { connection }) => connection.close(1012),
  },
  channels: { "chat:*": { data: z.object({ text: z.string() }) }, "*": {} },
});

let run: TestServer;

beforeAll(async () => {
  run = await startTestServer(app);
});

afterAll(() => run.stop());

function client(port = run.port, options: Parameters<typeof connect>[1] = {}) {
  const one = connect<typeof app>(`ws://127.0.0.1:${port}`, options);
  onTestFinished(() => one.close());
  return one;
}

describe("calls of the client", () => {
  it("are answered by the server's procedures, by name or as methods", async () => {
    const one = client();
    expect(await one.call("math.add", { x: 1, y: 6 })).toBe(7);
    expect(await one.methods.math.add({ x: 2, y: 6 })).toBe(8);
    expect(await one.methods.math.root(9)).toBe(3);
    expect(one.welcome).toMatchObject({ resumed: false, worker: 0, maxPayload: 1_048_576 });
  });

  it("carry anything that MessagePack does", async () => {
    const data = {
      bytes: Uint8Array.of(0, 255),
      at: new Date(5),
      text: "ü🚀".repeat(2_000),
      none: null,
      list: [1.5, -1],
    };
    expect(await client().call("echo", data)).toEqual(data);
  });

  it("fail as the server says", async () => {
    const one = client();
    await expect(one.call("soldOut")).rejects.toMatchObject({
      code: "SOLD_OUT",
      message: "Nothing left.",
      details: { seats: 0 },
    });
    await expect(one.call("math.root", -1)).rejects.toMatchObject({
      code: "BAD_REQUEST",
      details: { issues: [{ message: "No roots of what is below 0.", path: [] }] },
    });
    await expect(one.call("broken")).rejects.toMatchObject({ code: "INTERNAL", details: undefined });
    await expect(one.call("$nothing")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("end on the server where the client gives up", async () => {
    started = aborted = 0;
    const one = client();
    const controller = new AbortController();
    const call = one.call("forever", null, { signal: controller.signal });
    await until(() => started === 1);
    controller.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
    await expect(one.call("forever", null, { timeoutMs: 40 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await until(() => aborted === 2);
  });

  it("of one turn travel together, and so do their answers", async () => {
    const one = client();
    await one.ready;
    const before = (await one.call("$health")) as { counters: { calls: number } };
    const sums = await Promise.all(Array.from({ length: 200 }, (_, x) => one.call("math.add", { x, y: 1 })));
    expect(sums).toEqual(Array.from({ length: 200 }, (_, x) => x + 1));
    const after = (await one.call("$health")) as { counters: { calls: number } };
    expect(after.counters.calls - before.counters.calls).toBe(201);
    expect(one.ignored).toBe(0);
  });

  it("larger than the server takes are refused before they are sent", async () => {
    const one = client();
    await one.ready;
    await until(() => one.welcome !== undefined);
    await expect(one.call("echo", "x".repeat(1_100_000))).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(await one.call("echo", "x".repeat(1_000_000))).toHaveLength(1_000_000);
  });
});

describe("streams of the client", () => {
  it("give items and the return value", async () => {
    const items: number[] = [];
    const stream = client().stream("count", 500);
    for (;;) {
      const step = await stream.next();
      if (step.done === true) {
        expect(step.value).toBe("end");
        break;
      }
      items.push(step.value);
    }
    expect(items).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it("end on the server where the client breaks out", async () => {
    endedStreams = 0;
    const one = client();
    for await (const number of one.stream("count", 1_000_000_000)) if (number === 100) break;
    await until(() => endedStreams === 1);
    expect(await one.call("math.add", { x: 1, y: 1 })).toBe(2);
  });
});

describe("subscriptions of the client", () => {
  it("get what others publish, and what the server does, in order", async () => {
    const [reader, writer] = [client(), client()];
    const heard: unknown[] = [];
    const subscription = reader.subscribe("chat:a", ({ text }, { channel }) => void heard.push([channel, text]));
    await subscription.ready;
    for (let number = 1; number <= 50; number++) await writer.publish("chat:a", { text: `${number}` });
    run.server.publish("chat:a", { text: "of the server" });
    await until(() => heard.length === 51);
    expect(heard.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => ["chat:a", `${index + 1}`]));
    subscription.unsubscribe();
    await writer.publish("chat:a", { text: "unheard" });
    await reader.ping();
    expect(heard).toHaveLength(51);
  });

  it("to a pattern tell the real channel", async () => {
    const one = client();
    const subscription = one.subscribe("chat:*");
    await subscription.ready;
    await one.publish("chat:x", { text: "hi" });
    for await (const publication of subscription) {
      expect(publication).toEqual({ data: { text: "hi" }, channel: "chat:x", pattern: "chat:*" });
      break;
    }
  });

  it("and publications are refused where the server refuses", async () => {
    const one = client();
    await expect(one.publish("chat:a", { text: 5 } as never)).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(one.publish("any:*", 1)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("a lost connection", () => {
  it("comes back by itself, and subscriptions with it", async () => {
    const one = client();
    const heard: unknown[] = [];
    const states: string[] = [];
    one.on("state", (state) => void states.push(state));
    await one.subscribe("news", (data) => void heard.push(data)).ready;
    const first = one.welcome;
    // its answer is lost with the connection, and waits for the client on the next one
    expect(await one.call("dropMe", null)).toBeUndefined();
    expect(one.welcome).toMatchObject({ resumed: true, session: first?.session });
    expect(one.welcome).not.toBe(first);
    await one.publish("news", "again");
    await until(() => heard.length === 1);
    expect(states).toContain("waiting");
  });

  it("comes back where the server closes and another one takes its port", async () => {
    const options = { workers: 0, host: "127.0.0.1", logLevel: "silent", drainMs: 2_000 } as const;
    const first = createServer(app, { ...options, port: 0 });
    await first.listen();
    const { port } = first;
    const one = client(port);
    const heard: unknown[] = [];
    await one.subscribe("chat:*", ({ text }) => void heard.push(text)).ready;
    const inFlight = one.call("later", 100);
    await one.ping();
    await first.close();
    // GOAWAY let the call in flight finish
    expect(await inFlight).toBe("late");
    const queued = one.call("math.add", { x: 20, y: 22 });
    const second = createServer(app, { ...options, port });
    await second.listen();
    onTestFinished(() => second.close());
    expect(await queued).toBe(42);
    await eventually(async () => {
      await one.publish("chat:a", { text: "back" });
      expect(heard).toContain("back");
    });
  });
});
