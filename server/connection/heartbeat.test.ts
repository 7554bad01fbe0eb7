import { describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { eventually } from "../test/patience.ts";
import { FORMATS } from "../test/raw-client.ts";
import { Opcode } from "../test/raw-frames.ts";
import { serve } from "../test/test-server.ts";

const HEARTBEAT_MS = 100;
const OPTIONS = { heartbeatMs: HEARTBEAT_MS };

function beats(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe.each(FORMATS)("over %s", (format) => {
  it("a peer that leaves two questions for a sign of life unanswered is closed with 4408", async () => {
    const run = await serve(defineApp({}), OPTIONS);
    const client = await run.connect({ format, answersPings: false });
    const begun = performance.now();
    expect(await client.closed).toEqual({ code: 4408, reason: "no heartbeat" });
    // the first one comes after half a heartbeat at least, and the others a whole one later each
    expect(performance.now() - begun).toBeGreaterThan(HEARTBEAT_MS * 2);
    expect(client.frames.filter(({ opcode }) => opcode === Opcode.PING)).toHaveLength(2);
    expect((await run.counters()).dead).toBe(1);
  });

  it("one that answers protocol pings, and says nothing, lives", async () => {
    const client = await (await serve(defineApp({}), OPTIONS)).connect({ format });
    const pings = () => client.frames.filter(({ opcode }) => opcode === Opcode.PING).length;
    await eventually(() => expect(pings()).toBeGreaterThanOrEqual(5));
    expect(await client.settled()).toEqual([]);
  });

  it("one that only sends messages lives, too", async () => {
    const client = await (await serve(defineApp({}), OPTIONS)).connect({ format, answersPings: false });
    for (let times = 0; times < 12; times++) {
      client.send([15]);
      await beats(HEARTBEAT_MS / 2);
    }
    expect(await client.ask([14, 1])).toEqual([15, 1]);
  });

  it("one that only sends protocol pings lives, too, and gets their pongs", async () => {
    const client = await (await serve(defineApp({}), OPTIONS)).connect({ format, answersPings: false });
    for (let times = 0; times < 12; times++) {
      client.frame({ opcode: Opcode.PING, payload: `beat ${times}` });
      await beats(HEARTBEAT_MS / 2);
    }
    expect(await client.ask([14, 1])).toEqual([15, 1]);
    const pongs = client.frames.filter(({ opcode }) => opcode === Opcode.PONG).map(({ payload }) => String(payload));
    expect(pongs).toEqual(Array.from({ length: 12 }, (_, times) => `beat ${times}`));
  });

  it("one that said HELLO gets PING messages beside the protocol's", async () => {
    const client = await (await serve(defineApp({}), OPTIONS)).connect({ format });
    expect(await client.ask([0, {}])).toMatchObject([1, { heartbeatMs: HEARTBEAT_MS }]);
    expect(await client.take(2)).toEqual([[14], [14]]);
  });
});

it("a hundred silent peers are all found, and no other with them", async () => {
  const run = await serve(defineApp({}), OPTIONS);
  const lively = await run.connect();
  const silent = await Promise.all(Array.from({ length: 100 }, () => run.connect({ answersPings: false })));
  const codes = await Promise.all(silent.map(async (client) => (await client.closed).code));
  expect(new Set(codes)).toEqual(new Set([4408]));
  expect(await lively.ask([14, 1])).toEqual([15, 1]);
});
