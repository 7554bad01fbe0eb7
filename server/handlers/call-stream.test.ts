import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { AppError, type CallContext, defineApp } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";

const MEBIBYTE = 1_048_576;

/** What no deflating makes smaller. */
const NOISE = randomBytes(MEBIBYTE / 16);

/** What becomes of the generators. */
let ended: string[] = [];
let produced = 0;

const app = defineApp({
  procedures: {
    echo: (data: unknown) => data,
    *numbers(to: number) {
      for (let number = 1; number <= to; number++) yield number;
      return "end";
    },
    async *slowly(to: number) {
      for (let number = 1; number <= to; number++) {
        await delay(25);
        yield number;
      }
    },
    *endless() {
      try {
        for (let number = 0; ; number++) yield number;
      } finally {
        ended.push("endless");
      }
    },
    async *patient(_: unknown, { signal }: CallContext) {
      try {
        yield "first";
        await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      } finally {
        ended.push("patient");
      }
    },
    async *breaks(how: string) {
      yield 1;
      if (how === "on purpose") throw new AppError("SOLD_OUT", "Nothing is left.", { sold: 1 });
      throw new Error("a detail for nobody");
    },
    async *unsendable() {
      try {
        yield 1;
        yield 2n ** 70n;
        yield { a: Symbol("never") };
      } finally {
        ended.push("unsendable");
      }
    },
    later: async () => [1, 2, 3].values(),
    list: () => [1, 2, 3],
    async *chunks(to: number) {
      for (let number = 1; number <= to; number++) yield NOISE;
    },
    async *flood(chunks: number) {
      try {
        for (produced = 0; produced < chunks; produced++) yield [produced, NOISE];
      } finally {
        ended.push("flood");
      }
    },
  },
});

describe.each(FORMATS)("a stream over %s", (format) => {
  it("has its items in order, and its return value at the end", async () => {
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "numbers", 500]);
    const messages = await client.take(501);
    expect(messages.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, index) => [6, 1, index + 1]));
    expect(messages[500]).toEqual([3, 1, "end"]);
  });

  it("may be empty, and may return nothing", async () => {
    const client = await (await serve(app)).connect({ format });
    expect(await client.ask([2, 1, "numbers", 0])).toEqual([3, 1, "end"]);
    expect(await client.ask([2, 2, "slowly", 0])).toEqual([3, 2]);
  });

  it("runs beside others and beside plain calls", async () => {
    const client = await (await serve(app)).connect({ format });
    client.send([
      [2, 1, "slowly", 2],
      [2, 2, "numbers", 3],
      [2, 3, "echo", "between"],
    ]);
    const messages = (await client.take(8)) as [number, number, unknown][];
    expect(messages.filter(([, id]) => id === 1)).toEqual([
      [6, 1, 1],
      [6, 1, 2],
      [3, 1],
    ]);
    expect(messages.filter(([, id]) => id === 2)).toEqual([
      [6, 2, 1],
      [6, 2, 2],
      [6, 2, 3],
      [3, 2, "end"],
    ]);
    expect(messages.at(-1)).toEqual([3, 1]);
  });

  it("ends in ERROR where its generator throws, after the items before that", async () => {
    const run = await serve(app);
    const client = await run.connect({ format });
    client.send([2, 1, "breaks", "on purpose"]);
    expect(await client.take(2)).toEqual([
      [6, 1, 1],
      [4, 1, "SOLD_OUT", "Nothing is left.", { sold: 1 }],
    ]);
    client.send([2, 2, "breaks"]);
    expect(await client.take(2)).toEqual([
      [6, 2, 1],
      [4, 2, "INTERNAL", "Something went wrong on the other side."],
    ]);
    expect(String(run.records.find(({ level }) => level === "error")?.fields.error)).toContain("a detail for nobody");
  });

  it("is cancelled in the middle, and its generator's finally runs", async () => {
    ended = [];
    const client = await (await serve(app)).connect({ format });
    expect(await client.ask([2, 1, "patient"])).toEqual([6, 1, "first"]);
    expect(await client.ask([7, 1])).toMatchObject([4, 1, "CANCELLED", expect.any(String)]);
    expect(await client.settled()).toEqual([]);
    expect(ended).toEqual(["patient"]);
  });

  it("that never ends and never waits leaves others their turn, and can be cancelled", async () => {
    ended = [];
    const run = await serve(app);
    const [client, other] = [await run.connect({ format }), await run.connect({ format })];
    client.send([2, 1, "endless"]);
    await client.take(200);
    expect(await other.ask([14, "my turn"])).toEqual([15, "my turn"]);
    client.send([7, 1]);
    for (let message = [0] as unknown[]; message[0] !== 4; ) message = (await client.next()) as unknown[];
    expect(await client.settled()).toEqual([]);
    expect(ended).toEqual(["endless"]);
  });

  it("ends where its connection does", async () => {
    ended = [];
    const client = await (await serve(app)).connect({ format });
    client.send([
      [2, 1, "endless"],
      [2, 2, "patient"],
    ]);
    await client.take(100);
    client.destroy();
    await until(() => ended.length === 2);
    expect(ended.sort()).toEqual(["endless", "patient"]);
  });
});

describe("a stream", () => {
  it("may take long as a whole: each item starts its time anew", async () => {
    const client = await (await serve(app)).connect();
    client.send([2, 1, "slowly", 8, { timeoutMs: 100 }]);
    expect((await client.take(9)).at(-1)).toEqual([3, 1]);
  });

  it("that falls silent times out, and its generator's finally runs", async () => {
    ended = [];
    const client = await (await serve(app)).connect();
    client.send([2, 1, "patient", null, { timeoutMs: 40 }]);
    expect(await client.take(2)).toMatchObject([
      [6, 1, "first"],
      [4, 1, "TIMEOUT", expect.any(String)],
    ]);
    await until(() => ended.length === 1);
  });

  it("with an item that cannot be encoded ends in INTERNAL, and its generator's finally runs", async () => {
    ended = [];
    const run = await serve(app);
    const client = await run.connect({ format: "msgpack" });
    client.send([2, 1, "unsendable"]);
    expect(await client.take(2)).toEqual([
      [6, 1, 1],
      [4, 1, "INTERNAL", "Something went wrong on the other side."],
    ]);
    await until(() => ended.length === 1);
    expect(run.records.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it("may be what an async procedure gives; an array is a plain value", async () => {
    const client = await (await serve(app)).connect();
    client.send([2, 1, "later"]);
    expect(await client.take(4)).toEqual([
      [6, 1, 1],
      [6, 1, 2],
      [6, 1, 3],
      [3, 1],
    ]);
    expect(await client.ask([2, 2, "list"])).toEqual([3, 2, [1, 2, 3]]);
  });

  it("waits for a client that reads slowly, for longer than a call may take, and goes on when it reads again", async () => {
    ended = [];
    const chunks = 640;
    const run = await serve(app, { sendBudget: 2 * MEBIBYTE, callTimeoutMs: 400 });
    const client = await run.connect({ format: "msgpack" });
    const other = await run.connect();
    client.socket.pause();
    client.send([2, 1, "flood", chunks]);
    let seen = -1;
    await until(async () => {
      const before = seen;
      seen = produced;
      await other.ask([14]);
      await delay(20);
      return produced > 0 && produced === before;
    });
    expect(produced).toBeLessThan(chunks / 2);
    await delay(600);
    client.socket.resume();
    const messages = (await client.take(chunks + 1)) as [number, number, [number, Uint8Array]][];
    expect(messages.at(-1)).toEqual([3, 1]);
    expect(messages.slice(0, chunks).every(([, , [number]], index) => number === index)).toBe(true);
    expect(ended).toEqual(["flood"]);
  });

  it("and a hundred others at once do not overrun a client that reads", async () => {
    const streams = 100;
    const client = await (await serve(app, { sendBudget: MEBIBYTE })).connect({ format: "msgpack" });
    client.send(Array.from({ length: streams }, (_, id) => [2, id, "chunks", 4]));
    const messages = (await client.take(streams * 5)) as [number, number][];
    expect(messages.filter(([kind]) => kind === 3)).toHaveLength(streams);
  });

  it("that waits for a client which goes away ends, too", async () => {
    ended = [];
    const run = await serve(app, { sendBudget: 2 * MEBIBYTE });
    const client = await run.connect({ format: "msgpack" });
    client.socket.pause();
    client.send([2, 1, "flood", 640]);
    await until(() => produced > 10);
    client.destroy();
    await until(() => ended.length === 1);
  });
});
