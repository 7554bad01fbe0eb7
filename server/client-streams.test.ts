import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../client/node.ts";
import { defineApp } from "./index.ts";
import { serve, until } from "./test/test-server.ts";

/** What the generators have produced, by name, and how many of them ended. */
const produced: Record<string, number> = {};
let ended = 0;

const app = defineApp({
  procedures: {
    echo: (data: unknown) => data,
    *endless(name: string) {
      try {
        for (let number = 0; ; number++) {
          produced[name] = number + 1;
          yield number;
        }
      } finally {
        ended++;
      }
    },
    *upTo(to = 3) {
      for (let number = 1; number <= to; number++) yield number;
    },
  },
});

async function pair(options: Parameters<typeof serve>[1] = {}) {
  ended = 0;
  const run = await serve(app, options);
  const client = connect<typeof app>(`ws://127.0.0.1:${run.port}`);
  onTestFinished(() => client.close());
  await client.ready;
  return { run, client };
}

describe("a stream that is read slowly", () => {
  it("keeps both sides' memory bounded, and loses nothing", async () => {
    const { client } = await pair();
    let read = 0;
    for await (const number of client.stream("endless", "slow", { window: 64 })) {
      expect(number).toBe(read++);
      if (read % 200 === 0) await delay(10);
      // what is produced is read, or on its way, or the one that waits to be sent
      expect((produced.slow ?? 0) - read).toBeLessThanOrEqual(65);
      if (read === 3_000) break;
    }
    await until(() => ended === 1);
  });

  it("holds up neither another one nor calls", async () => {
    const { client } = await pair();
    const stalled = client.stream("endless", "stalled");
    await stalled.next();
    let read = 0;
    for await (const number of client.stream("endless", "lively")) {
      expect(number).toBe(read++);
      if (read === 5_000) break;
    }
    expect(await client.call("echo", "hi")).toBe("hi");
    expect(produced.stalled).toBeLessThanOrEqual(257);
    expect((await stalled.next()).value).toBe(1);
    await stalled.return(undefined as never);
    await until(() => ended === 2);
  });

  it("is no dead connection, however long its reader pauses", async () => {
    const { run, client } = await pair({ heartbeatMs: 60, callTimeoutMs: 100 });
    const states: string[] = [];
    client.on("state", (state) => void states.push(state));
    const stream = client.stream("endless", "paused", { window: 8 });
    for (let number = 0; number < 8; number++) expect((await stream.next()).value).toBe(number);
    await delay(600);
    for (let number = 8; number < 100; number++) expect((await stream.next()).value).toBe(number);
    await stream.return(undefined as never);
    expect(states).toEqual([]);
    expect((await run.counters()).dead).toBe(0);
  });

  it("is given up where no window was wanted, and its reader is too far behind", async () => {
    const { client } = await pair();
    const stream = client.stream("endless", "unbounded", { window: Number.POSITIVE_INFINITY });
    await stream.next();
    await until(() => ended === 1, 15_000);
    expect(produced.unbounded).toBeGreaterThan(100_000);
    let read = 1;
    const reading = (async () => {
      for await (const number of stream) expect(number).toBe(read++);
    })();
    await expect(reading).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(read).toBe(100_001);
  });
});

it("a stream without input has none on the server", async () => {
  const { client } = await pair();
  const items: unknown[] = [];
  for await (const item of client.stream("upTo")) items.push(item);
  expect(items).toEqual([1, 2, 3]);
});
