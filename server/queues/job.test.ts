import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { decodeJob, encodeJob } from "./job.ts";
import { decodeReply, encodeReply, replyTo } from "./reply.ts";
import { jobOf } from "./test/suite-queue.ts";

const packr = new Packr({ useRecords: false });
const caller: readonly unknown[] = ["s", null, 1, {}, null];
const job: readonly unknown[] = [1, "id", "g", "p", 1, 0, 0, 0, 1, caller, Buffer.of(1)];
const reply: readonly unknown[] = [1, 3, "id", 1, "p", caller, "INTERNAL", "text"];
/** What no array and no text can be asked for without harm. */
const ODD: readonly unknown[] = [
  { toString: 1 },
  { valueOf: 1, toString: 1 },
  "length",
  "constructor",
  "-1",
  -1,
  0.5,
  Number.NaN,
  [1],
  null,
];

describe("jobs and replies as bytes", () => {
  it("are the same when they were bytes", () => {
    const one = jobOf("in", { ttlMs: 5, priority: "high" });
    expect(decodeJob(encodeJob(one))).toMatchObject({ ...one, input: Buffer.from(one.input) });
    const dead = replyTo(one, { kind: "dead", code: "UNAVAILABLE", message: "m" });
    expect(decodeReply(encodeReply(dead))).toMatchObject({
      kind: "dead",
      code: "UNAVAILABLE",
      message: "m",
      job: one.id,
    });
    expect(decodeJob(packr.pack(job))).toBeDefined();
    expect(decodeReply(packr.pack(reply))).toBeDefined();
  });

  it("are none, and harm nobody, where any part is something odd", () => {
    const withOdd = (fields: readonly unknown[], odd: unknown) =>
      fields.map((_, place) => packr.pack(fields.with(place, odd)));
    for (const odd of ODD) {
      for (const bytes of [...withOdd(job, odd), ...withOdd(reply, odd)]) {
        expect(() => [decodeJob(bytes), decodeReply(bytes)]).not.toThrow();
      }
    }
    expect(decodeJob(packr.pack(job.with(4, { toString: 1 })))).toBeUndefined();
    expect(decodeReply(packr.pack(reply.with(1, { toString: 1 })))).toBeUndefined();
    expect(decodeReply(packr.pack(reply.with(7, { toString: 1 })))).toBeUndefined();
    for (const bytes of [undefined, null, "text", { toString: 1 }, Buffer.of(), Buffer.of(193), Buffer.of(255, 255)]) {
      expect([decodeJob(bytes), decodeReply(bytes)]).toEqual([undefined, undefined]);
    }
  });

  it("are none where a name does not fit into those of a broker", () => {
    for (const [place, odd] of [
      [1, "i".repeat(86)],
      [2, "g".repeat(65)],
      [3, "a b"],
      [8, 0],
      [6, -1],
    ] as const) {
      expect(decodeJob(packr.pack(job.with(place, odd)))).toBeUndefined();
    }
    const far = decodeJob(packr.pack(job.with(9, caller.with(4, "h".repeat(300)))));
    expect(far?.caller.replyTo).toBeUndefined();
  });
});
