import { describe, expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { FORMATS, type RawClient } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";

/** Items the generator has been asked for, and how often it ended. */
let produced = 0;
let ended = 0;

const app = defineApp({
  procedures: {
    echo: (data: unknown) => data,
    *endless() {
      try {
        for (produced = 0; ; produced++) yield produced + 1;
      } finally {
        ended++;
      }
    },
    *numbers(to: number) {
      for (let number = 1; number <= to; number++) yield number;
      return "end";
    },
    async later() {
      return [1, 2, 3].values();
    },
  },
});

/** What came of one call until nothing more does: its items, and the counts that were asked about. */
async function arrived(client: RawClient, id = 1) {
  const items: unknown[] = [];
  const asked: unknown[] = [];
  const others: unknown[] = [];
  for (const message of (await client.settled()) as [number, unknown, unknown][]) {
    if (message[0] === 6 && message[1] === id) items.push(message[2]);
    else if (message[0] === 14) asked.push(message[1]);
    else others.push(message);
  }
  return { items, asked, others };
}

describe.each(FORMATS)("a stream with a window over %s", (format) => {
  it("stops when so many items are on their way, and goes on as the reader takes them", async () => {
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "endless", null, { window: 6 }]);
    await until(() => produced === 6);
    expect(await arrived(client)).toEqual({
      items: [1, 2, 3, 4, 5, 6],
      asked: [
        ["taken", 1, 3],
        ["taken", 1, 6],
      ],
      others: [],
    });
    client.send([15, ["taken", 1, 3]]);
    expect(await client.take(4)).toEqual([
      [6, 1, 7],
      [6, 1, 8],
      [6, 1, 9],
      [14, ["taken", 1, 9]],
    ]);
    client.send([15, ["taken", 1, 9]]);
    expect(await client.take(8)).toHaveLength(8);
    expect(await client.settled()).toEqual([]);
    // one ahead of what may be sent
    expect(produced).toBe(15);
  });

  it("of one item asks after each", async () => {
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "endless", null, { window: 1 }]);
    for (let count = 1; count <= 5; count++) {
      expect(await client.take(2)).toEqual([
        [6, 1, count],
        [14, ["taken", 1, count]],
      ]);
      expect(await client.settled()).toEqual([]);
      client.send([15, ["taken", 1, count]]);
    }
  });

  it("that fits into its window ends without a word of its reader", async () => {
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "numbers", 4, { window: 4 }]);
    expect(await client.take(7)).toEqual([
      [6, 1, 1],
      [6, 1, 2],
      [14, ["taken", 1, 2]],
      [6, 1, 3],
      [6, 1, 4],
      [14, ["taken", 1, 4]],
      [3, 1, "end"],
    ]);
    // late, for a call that is over
    client.send([15, ["taken", 1, 4]]);
    expect(await client.settled()).toEqual([]);
  });

  it("is bounded as well where a promise gives it", async () => {
    const client = await (await serve(app)).connect({ format });
    client.send([2, 1, "later", null, { window: 2 }]);
    expect((await client.take(4)).at(-1)).toEqual([14, ["taken", 1, 2]]);
    expect(await client.settled()).toEqual([]);
    client.send([15, ["taken", 1, 2]]);
    expect(await client.take(3)).toEqual([
      [6, 1, 3],
      [14, ["taken", 1, 3]],
      [3, 1],
    ]);
  });

  it("is moved by nothing that is garbled, forged or about another call", async () => {
    const run = await serve(app);
    const client = await run.connect({ format });
    client.send([2, 1, "endless", null, { window: 4 }]);
    expect((await client.take(6)).at(-1)).toEqual([14, ["taken", 1, 4]]);
    for (const count of [0, 1, 3, 6, 1e9, -4, 2.5, "4", null, [4], { valueOf: 4 }, true]) {
      client.send([15, ["taken", 1, count]]);
    }
    const odd = [
      ["taken", 2, 4],
      ["taken", "1", 4],
      ["taken", 1],
      ["taken"],
      [],
      ["took", 1, 4],
      "taken",
      ["taken", null],
    ];
    for (const echo of odd) client.send([15, echo]);
    expect(await client.settled()).toEqual([]);
    expect((await run.counters()).malformed).toBe(0);
    client.send([15, ["taken", 1, 4]]);
    expect((await client.take(6)).at(-1)).toEqual([14, ["taken", 1, 8]]);
    // the same again, or an older one, is worth nothing
    client.send([
      [15, ["taken", 1, 4]],
      [15, ["taken", 1, 2]],
    ]);
    expect(await client.settled()).toEqual([]);
  });
});

describe("a stream with a window", () => {
  it("that waits for its reader is cancelled, or ends with its connection, and its generator's finally runs", async () => {
    ended = 0;
    const client = await (await serve(app)).connect();
    client.send([
      [2, 1, "endless", null, { window: 2 }],
      [2, 2, "endless", null, { window: 2 }],
    ]);
    await client.take(8);
    client.send([7, 1]);
    expect(await client.next()).toMatchObject([4, 1, "CANCELLED", expect.any(String)]);
    await until(() => ended === 1);
    client.destroy();
    await until(() => ended === 2);
  });

  it("may wait for its reader for longer than a call may take", async () => {
    const client = await (await serve(app, { callTimeoutMs: 60 })).connect();
    client.send([2, 1, "endless", null, { window: 2, timeoutMs: 50 }]);
    await client.take(4);
    await expect(client.next(200)).rejects.toThrow("No message came in time.");
    client.send([15, ["taken", 1, 2]]);
    expect(await client.take(4)).toEqual([
      [6, 1, 3],
      [14, ["taken", 1, 3]],
      [6, 1, 4],
      [14, ["taken", 1, 4]],
    ]);
  });

  it("holds up neither another one nor calls", async () => {
    const client = await (await serve(app)).connect();
    client.send([2, 1, "endless", null, { window: 2 }]);
    await client.take(4);
    expect(await client.ask([2, 2, "echo", "hi"])).toEqual([3, 2, "hi"]);
    client.send([2, 3, "numbers", 300]);
    expect((await client.take(301)).at(-1)).toEqual([3, 3, "end"]);
  });

  it.each([0, -1, 1.5, 1_000_001, "5", true])("of %s is refused", async (window) => {
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "numbers", 1, { window }])).toMatchObject([
      4,
      1,
      "BAD_REQUEST",
      expect.stringContaining("window must be"),
    ]);
  });

  it("means nothing to a procedure that does not stream", async () => {
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "echo", 5, { window: 1 }])).toEqual([3, 1, 5]);
  });
});

it("a call that says it has no data has none, rather than null", async () => {
  const typed = defineApp({
    procedures: { kind: (data: unknown) => (data === undefined ? "none" : JSON.stringify(data)) },
  });
  const client = await (await serve(typed)).connect();
  expect(await client.ask([2, 1, "kind", null, { timeoutMs: 500 }])).toEqual([3, 1, "null"]);
  expect(await client.ask([2, 2, "kind", null, { timeoutMs: 500, noData: true }])).toEqual([3, 2, "none"]);
});
