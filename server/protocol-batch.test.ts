import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS } from "./test/raw-client.ts";
import { Opcode } from "./test/raw-frames.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

let run: TestServer;
const shared = { value: 0 };
const order: unknown[] = [];

beforeAll(async () => {
  const app = defineApp({
    procedures: {
      echo: (data: unknown) => data,
      later: async (data: unknown) => {
        await nextTurn();
        return data;
      },
      soon: async (data: unknown) => data,
      note: (data: unknown) => void order.push(data),
      change: (value: number) => {
        shared.value = value;
        return shared;
      },
      fail: () => {
        throw new Error("on purpose");
      },
      hangUp: (_: unknown, { connection }) => connection.close(4000, "as asked"),
    },
    channels: { "*": {} },
  });
  run = await startTestServer(app, { maxMalformed: 50 });
});

afterAll(() => run.stop());

describe.each(FORMATS)("a batch over %s", (format) => {
  it("is answered in its order, in one frame", async () => {
    const client = await run.connect({ format });
    client.send([
      [14, "a"],
      [2, 1, "echo", 1],
      [2, 2, "echo", { b: 2 }],
      [14, "c"],
    ]);
    const answers = [
      [15, "a"],
      [3, 1, 1],
      [3, 2, { b: 2 }],
      [15, "c"],
    ];
    expect(await client.take(4)).toEqual(answers);
    expect(client.dataFrames).toEqual([answers]);
  });

  it("of one message is answered by one message, in no batch", async () => {
    const client = await run.connect({ format });
    client.send([[2, 1, "echo", 1]]);
    await client.next();
    expect(client.dataFrames).toEqual([[3, 1, 1]]);
  });

  it("serves its good messages whatever the others are", async () => {
    const client = await run.connect({ format });
    client.send([[2, 1, "echo", 1], [99, 5], 7, "text", null, {}, [], [[14]], [2, 2, "nope"], [2, 3, "echo", 3]]);
    const bad = (id: number | null) => [4, id, "BAD_REQUEST", expect.any(String)];
    expect(await client.take(10)).toEqual([
      [3, 1, 1],
      bad(5),
      ...Array.from({ length: 6 }, () => bad(null)),
      [4, 2, "NOT_FOUND", expect.any(String)],
      [3, 3, 3],
    ]);
    expect(client.dataFrames).toHaveLength(1);
  });

  it("is worked off in its order, over frames as well", async () => {
    order.length = 0;
    const client = await run.connect({ format });
    for (let batch = 0; batch < 20; batch++) {
      client.send(Array.from({ length: 50 }, (_, index) => [2, index, "note", batch * 50 + index]));
    }
    await client.settled();
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  });

  it("gives each call the value its procedure returned, whatever became of the object afterwards", async () => {
    const client = await run.connect({ format });
    client.send([
      [2, 1, "change", 1],
      [2, 2, "change", 2],
      [2, 3, "change", 3],
    ]);
    expect(await client.take(3)).toEqual([
      [3, 1, { value: 1 }],
      [3, 2, { value: 2 }],
      [3, 3, { value: 3 }],
    ]);
  });

  it("has the answers of one turn in one frame, and those of later turns in others", async () => {
    const client = await run.connect({ format });
    client.send([
      [2, 1, "soon", 1],
      [2, 2, "later", 2],
      [2, 3, "echo", 3],
      [2, 4, "soon", 4],
    ]);
    const answers = (await client.take(4)) as unknown[][];
    expect(answers.map(([, id]) => id)).toEqual([3, 1, 4, 2]);
    expect(client.dataFrames.length).toBeGreaterThan(1);
    expect(client.dataFrames.length).toBeLessThan(4);
  });

  it("that closes the connection is not worked off further", async () => {
    order.length = 0;
    const client = await run.connect({ format });
    client.send([
      [2, 1, "note", "before"],
      [2, 2, "hangUp"],
      [2, 3, "note", "after"],
    ]);
    client.send([2, 4, "note", "later"]);
    expect(await client.next()).toEqual([3, 1]);
    expect(await client.closed).toEqual({ code: 4000, reason: "as asked" });
    expect(order).toEqual(["before"]);
  });

  it("with a failing call answers the others", async () => {
    const client = await run.connect({ format });
    client.send([
      [2, 1, "echo", 1],
      [2, 2, "fail"],
      [2, 3, "echo", 3],
    ]);
    const masked = [4, 2, "INTERNAL", "Something went wrong on the other side."];
    expect(await client.take(3)).toEqual([[3, 1, 1], masked, [3, 3, 3]]);
  });

  it("may be large: what is answered goes out in frames of bounded size", async () => {
    const client = await run.connect({ format });
    const data = Array.from({ length: 40 }, () => Math.random())
      .join("")
      .repeat(2);
    client.send(Array.from({ length: 400 }, (_, id) => [2, id, "echo", data]));
    const answers = (await client.take(400)) as unknown[][];
    expect(answers.map(([, id]) => id)).toEqual(Array.from({ length: 400 }, (_, id) => id));
    const sizes = client.frames.map(({ payload }) => payload.length);
    expect(Math.max(...sizes)).toBeLessThan(80_000);
    expect(sizes.length).toBeGreaterThan(3);
  });
});

describe("frames of the other kind", () => {
  it("text on a MessagePack connection is JSON; the answer is MessagePack", async () => {
    const client = await run.connect({ format: "msgpack" });
    client.text('[[14,"a"],[2,1,"echo",{"x":[1,2]}]]');
    expect(await client.take(2)).toEqual([
      [15, "a"],
      [3, 1, { x: [1, 2] }],
    ]);
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([Opcode.BINARY]);
  });

  it("binary on a JSON connection is MessagePack, deflated or not; the answer is JSON", async () => {
    const client = await run.connect({ format: "json" });
    client.binary(client.pack([2, 1, "echo", Buffer.from("bytes")]));
    client.sendDeflated([2, 2, "echo", new Date(0)]);
    expect(await client.take(2)).toEqual([
      [3, 1, "Ynl0ZXM="],
      [3, 2, "1970-01-01T00:00:00.000Z"],
    ]);
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([Opcode.TEXT, Opcode.TEXT]);
  });
});
