import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Kind } from "./message.ts";
import { isServerMessage } from "./server-message.ts";
import { msgpackData } from "./test/data.ts";
import { BAD_FROM_CLIENT, BAD_FROM_SERVER, GOOD_FROM_CLIENT, GOOD_FROM_SERVER } from "./test/messages.ts";
import {
  complaintAboutClientMessage,
  complaintAboutServerMessage,
  isClientMessage,
  readId,
} from "./validate-message.ts";

const SIDES = [
  ["client", complaintAboutClientMessage, isClientMessage, GOOD_FROM_CLIENT, BAD_FROM_CLIENT],
  ["server", complaintAboutServerMessage, isServerMessage, GOOD_FROM_SERVER, BAD_FROM_SERVER],
] as const;

/** Kinds that carry, second, an id which the sender has chosen. */
const REQUESTS: readonly number[] = [Kind.CALL, Kind.CANCEL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PUBLISH, Kind.AUTH];

describe.each(SIDES)("a message from a %s", (_, complaint, guard, good, bad) => {
  it("of a right shape is taken", () => {
    for (const message of good) {
      expect([message, complaint(message)]).toEqual([message, undefined]);
      expect(guard(message)).toBe(true);
    }
  });

  it("of a wrong shape is refused, in words that name what is wrong", () => {
    for (const [message, words] of bad) {
      expect({ message, complaint: complaint(message) }).toEqual({ message, complaint: expect.stringMatching(words) });
      expect(guard(message)).toBe(false);
    }
  });

  it("may have more elements than it needs: later versions may", () => {
    const fixed = good.filter((message) => Array.isArray(message) && message.length > 2);
    for (const message of fixed) {
      const padded = [...(message as unknown[]), ...Array(6 - (message as unknown[]).length).fill(undefined), "more"];
      expect([padded, complaint(padded)]).toEqual([padded, undefined]);
    }
  });

  it("of any shape gets an answer, and one that repeats little of it", () => {
    const almost = fc.array(fc.oneof(fc.nat(17), msgpackData), { maxLength: 5 });
    fc.assert(
      fc.property(fc.oneof(almost, msgpackData), (value) => {
        const words = complaint(value);
        expect(words === undefined || (words.length > 0 && words.length < 120)).toBe(true);
        expect(guard(value)).toBe(words === undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe("readId", () => {
  it("reads the id of a request, however malformed the rest of it is", () => {
    for (const kind of REQUESTS) {
      expect(readId([kind, 7])).toBe(7);
      expect(readId([kind, 4_294_967_295, {}, "nonsense"])).toBe(4_294_967_295);
    }
  });

  it("reads one where a kind is not known, as a later version's request would have it", () => {
    expect(readId([99, 7])).toBe(7);
    expect(readId(["CALL", 0, "test.echo"])).toBe(0);
  });

  it("reads none from an answer, whose id is the other side's", () => {
    for (const kind of Object.values(Kind)) {
      if (!REQUESTS.includes(kind)) expect([kind, readId([kind, 7])]).toEqual([kind, null]);
    }
  });

  it("reads none where there is none", () => {
    for (const value of [null, undefined, 5, "[2,1]", {}, { 1: 7 }, [], [2]]) expect(readId(value)).toBeNull();
    for (const id of [-1, 1.5, 4_294_967_296, Number.NaN, "1", null, [1], 1n])
      expect(readId([Kind.CALL, id])).toBeNull();
  });

  it("reads an id or null from anything", () => {
    fc.assert(
      fc.property(fc.oneof(msgpackData, fc.array(fc.oneof(fc.integer(), fc.double()))), (value) => {
        const id = readId(value);
        expect(id === null || (Number.isInteger(id) && id >= 0 && id <= 4_294_967_295)).toBe(true);
      }),
    );
  });
});
