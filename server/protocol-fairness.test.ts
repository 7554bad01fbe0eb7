import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS, type RawClient } from "./test/raw-client.ts";
import { encodeFrame, Opcode } from "./test/raw-frames.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

/** Calls of one batch, and how long each keeps the server busy, in milliseconds. */
const MANY = 4_000;
const SPIN_MS = 0.1;

let run: TestServer;
let bystander: RawClient;
let done: unknown[] = [];

beforeAll(async () => {
  const app = defineApp({
    procedures: {
      spin(data: unknown) {
        for (const end = performance.now() + SPIN_MS; performance.now() < end; );
        done.push(data);
      },
      note: (data: unknown) => void done.push(data),
      count: () => done.length,
      *items() {
        for (;;) {
          for (const end = performance.now() + SPIN_MS; performance.now() < end; );
          done.push(undefined);
          yield 1;
        }
      },
    },
  });
  run = await startTestServer(app);
  bystander = await run.connect();
});

afterAll(() => run.stop());

/** How much had been done of what others asked for when a bystander was heard. */
async function heardAfter(): Promise<number> {
  const [, , count] = (await bystander.ask([2, 1, "count"])) as [number, number, number];
  return count;
}

function spins(count: number): unknown[] {
  return Array.from({ length: count }, (_, id) => [2, id, "spin", id]);
}

it.each(FORMATS)("a batch that takes long keeps nobody else waiting for it: over %s", async (format) => {
  done = [];
  const client = await run.connect({ format });
  client.send(spins(MANY));
  await client.next();
  expect(await heardAfter()).toBeLessThan(MANY / 2);
  expect(await client.take(MANY - 1)).toHaveLength(MANY - 1);
  expect(done).toEqual(Array.from({ length: MANY }, (_, id) => id));
});

it("nor do thousands of small frames in one segment", async () => {
  done = [];
  const client = await run.connect();
  client.frame(...spins(MANY).map((call) => ({ opcode: Opcode.TEXT, payload: JSON.stringify(call) })));
  await client.next();
  expect(await heardAfter()).toBeLessThan(MANY / 2);
  client.send([2, MANY, "note", MANY]);
  expect(await client.take(MANY)).toHaveLength(MANY);
  expect(done).toEqual(Array.from({ length: MANY + 1 }, (_, id) => id));
});

it("nor do hundreds that are small and inflate to much", async () => {
  done = [];
  const client = await run.connect({ format: "msgpack" });
  const maps = Buffer.concat([Buffer.of(0x94, 2, 1, 0xa4), Buffer.from("note"), Buffer.of(0xdd, 0, 1, 0x86, 0x90)]);
  const bomb = Buffer.concat([Buffer.of(0xc1), deflateRawSync(Buffer.concat([maps, Buffer.alloc(99_984, 0x80)]))]);
  expect(bomb.length).toBeLessThan(200);
  const many = 80;
  const frame = encodeFrame({ opcode: Opcode.BINARY, payload: bomb });
  client.write(Buffer.concat(Array<Buffer>(many).fill(frame)));
  await client.next();
  expect(await heardAfter()).toBeLessThan(many / 2);
  expect(await client.take(many - 1)).toHaveLength(many - 1);
});

it("nor do streams, be there ever so many of them", async () => {
  done = [];
  const client = await run.connect();
  const streams = 40;
  client.send(Array.from({ length: streams }, (_, id) => [2, id, "items"]));
  await client.take(streams);
  const counts: number[] = [];
  for (let times = 0; times < 4; times++) counts.push(await heardAfter());
  const between = counts.slice(1).map((count, index) => count - (counts[index] ?? 0));
  // one turn of so many streams, each of which may send 64 in one, would be 2,560
  expect(Math.min(...between)).toBeLessThan(1_500);
  client.destroy();
  await run.counters();
});

it("what a client said before it left is done all the same", async () => {
  done = [];
  const client = await run.connect();
  client.send(spins(400));
  client.send([2, 400, "note", "last"]);
  await client.close();
  await expect.poll(() => done.length).toBe(401);
  expect(done.at(-1)).toBe("last");
});

it("whoever says more than there is room for, of what is done quickly, is held up and loses nothing", async () => {
  done = [];
  const client = await run.connect();
  client.send(spins(1_000));
  const large = "x".repeat(900_000);
  for (let id = 0; id < 40; id++) client.send([2, id, "note", large]);
  client.send([2, 40, "note", "last"]);
  expect(await client.take(1_041)).toHaveLength(1_041);
  expect(done.slice(1_000).map((data) => String(data).length)).toEqual([...Array<number>(40).fill(900_000), 4]);
  done = [];
});

it("whoever says more than there is room for, faster than it can be done, is closed with 4429", async () => {
  const client = await run.connect({ format: "msgpack" });
  const calls = Array.from({ length: 15_000 }, (_, id) => [2, id, "spin"]);
  const batch = Buffer.concat([Buffer.of(0xc1), deflateRawSync(client.pack(calls))]);
  expect(batch.length).toBeLessThan(60_000);
  const frame = encodeFrame({ opcode: Opcode.BINARY, payload: batch });
  for (let count = 0; count * frame.length < 40_000_000 && !client.socket.closed; count++) {
    if (!client.socket.write(frame)) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await client.closed).toMatchObject({ code: 4429 });
  expect(await bystander.ask([14, "still here"])).toEqual([15, "still here"]);
});
