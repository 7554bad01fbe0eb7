import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import type { RawClient } from "./test/raw-client.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

const THRESHOLD = 200;
const MARKER = 0xc1;

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({ procedures: { echo: (data: unknown) => data }, channels: { "*": {} } });
  run = await startTestServer(app, { deflateThreshold: THRESHOLD });
});

afterAll(() => run.stop());

function lastPayload(client: RawClient): Buffer {
  return client.frames.at(-1)?.payload ?? Buffer.alloc(0);
}

describe("to a MessagePack client", () => {
  it("nothing below the threshold is deflated", async () => {
    const client = await run.connect({ format: "msgpack" });
    await client.ask([14, "x".repeat(THRESHOLD - 10)]);
    expect(lastPayload(client)[0]).toBe(0x92);
    expect(lastPayload(client).length).toBeLessThan(THRESHOLD);
  });

  it("what is above the threshold is, and smaller for it", async () => {
    const client = await run.connect({ format: "msgpack" });
    const echo = "x".repeat(THRESHOLD);
    expect(await client.ask([14, echo])).toEqual([15, echo]);
    expect(lastPayload(client)[0]).toBe(MARKER);
    expect(lastPayload(client).length).toBeLessThan(30);
  });

  it("what would come out larger goes as it is", async () => {
    const client = await run.connect({ format: "msgpack" });
    const noise = randomBytes(THRESHOLD * 2);
    expect(await client.ask([14, noise])).toEqual([15, noise]);
    expect(lastPayload(client)[0]).toBe(0x92);
  });

  it("a batch is deflated as a whole", async () => {
    const client = await run.connect({ format: "msgpack" });
    client.send(Array.from({ length: 50 }, (_, id) => [2, id, "echo", "short text"]));
    expect(await client.take(50)).toHaveLength(50);
    // one frame, unless its turn was over meanwhile, as on a busy machine: then what is left follows in a frame of its own
    expect(client.frames.length).toBeLessThan(10);
    expect(client.frames.map(({ payload }) => payload[0])).toContain(MARKER);
  });

  it("publications are, the very same bytes to everyone", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => run.connect({ format: "msgpack" })));
    for (const client of clients) await client.ask([8, 1, "news"]);
    const data = { text: "much to say. ".repeat(100), bytes: Buffer.from([1, 2, 3]) };
    run.server.publish("news", data);
    for (const client of clients) expect(await client.next()).toEqual([12, "news", data]);
    const [first, ...others] = clients.map(lastPayload);
    expect(first?.[0]).toBe(MARKER);
    for (const other of others) expect(other.equals(first as Buffer)).toBe(true);
  });
});

describe("from a client", () => {
  it("anything may be deflated, however small, and batches too", async () => {
    const client = await run.connect({ format: "msgpack" });
    client.sendDeflated([14]);
    expect(await client.next()).toEqual([15]);
    client.sendDeflated([
      [14, 1],
      [2, 1, "echo", "text"],
    ]);
    expect(await client.take(2)).toEqual([
      [15, 1],
      [3, 1, "text"],
    ]);
  });

  it("nothing needs to be", async () => {
    const client = await run.connect({ format: "msgpack" });
    const data = "large and plain ".repeat(1_000);
    expect(await client.ask([2, 1, "echo", data])).toEqual([3, 1, data]);
  });
});

it("JSON is never deflated", async () => {
  const client = await run.connect();
  const echo = "x".repeat(THRESHOLD * 50);
  await client.ask([14, echo]);
  expect(lastPayload(client).toString()).toBe(JSON.stringify([15, echo]));
});
