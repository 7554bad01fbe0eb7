import { describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { deflated, type RawClient } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";
import { codes } from "./test/codes.ts";

const app = defineApp({ procedures: { length: (text: string) => text.length }, channels: { "*": {} } });
const KILOBYTES_100 = "x".repeat(100_000);

/** Calls with a text that deflates to a thousandth. */
function callDeflated(client: RawClient, count: number): void {
  for (let id = 0; id < count; id++) client.sendDeflated([2, id, "length", KILOBYTES_100]);
}

describe("what inflates to a thousand times its size", () => {
  it("is taken by default, again and again", async () => {
    const { connect } = await serve(app);
    const client = await connect({ format: "msgpack" });
    expect(deflated(client.pack([2, 1, "length", KILOBYTES_100])).length).toBeLessThan(200);
    callDeflated(client, 500);
    expect(codes(await client.take(500))).not.toContain("RATE_LIMITED");
  });

  it("counts as what it inflates to: beyond the rate of bytes it is refused, and then the connection closed", async () => {
    const { connect, counters } = await serve(app, { byteRate: 1_000_000, rateBurstMs: 1_000 });
    const client = await connect({ format: "msgpack" });
    callDeflated(client, 12);
    const answers = codes(await client.take(12));
    expect(answers.filter((code) => code === "done").length).toBeGreaterThanOrEqual(10);
    expect(answers).toContain("RATE_LIMITED");
    callDeflated(client, 30);
    expect(await client.closed).toMatchObject({ code: 4429 });
    expect(await counters()).toMatchObject({ flooded: 1 });
  });

  it("is refused with 1009 where that is more than the server is told to inflate", async () => {
    const { connect } = await serve(app, { maxInflateRatio: 100 });
    const client = await connect({ format: "msgpack" });
    client.sendDeflated([2, 1, "length", `${"ab".repeat(20)}${Math.PI}`.repeat(3)]);
    expect(await client.next()).toMatchObject({ 0: 3 });
    client.sendDeflated([2, 2, "length", KILOBYTES_100]);
    expect(await client.next()).toMatchObject({ 0: 4, 2: "TOO_LARGE" });
    expect(await client.closed).toMatchObject({ code: 1009 });
  });
});

it("bytes that were not deflated count as well, and after the wait that is told they are taken", async () => {
  const { connect } = await serve(app, { byteRate: 1_000_000, rateBurstMs: 300 });
  const client = await connect();
  const ask = () => client.ask([2, 1, "length", "x".repeat(310_000)]) as Promise<unknown[]>;
  expect(await ask()).toEqual([3, 1, 310_000]);
  let answer = (await client.ask([2, 1, "length", "x"])) as unknown[];
  // a timer may be a millisecond early
  for (let times = 0; answer[0] === 4 && times < 3; times++) {
    await new Promise((resolve) => setTimeout(resolve, (answer[4] as { retryAfterMs: number }).retryAfterMs));
    answer = (await client.ask([2, 1, "length", "x"])) as unknown[];
  }
  expect(answer).toEqual([3, 1, 1]);
});
