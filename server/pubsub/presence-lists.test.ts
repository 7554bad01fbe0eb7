import { describe, expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import type { Answered } from "../bus/uplink.ts";
import { Encoded } from "../dispatch/encoded.ts";
import { COUNTS_ONLY, NOT_NOW } from "./presence-bus.ts";
import { PresenceLists } from "./presence-lists.ts";

const pack = createPack();

function create() {
  const asked: string[] = [];
  const waiting: Answered[] = [];
  const lists = new PresenceLists(
    {
      ask(_, channel, data, answered) {
        asked.push(`${Buffer.from(data ?? []).readUInt32LE()} of ${channel}`);
        waiting.push(answered);
      },
    },
    pack,
  );
  /** The oldest question gets its answer; without one, there is no room for it. */
  const answer = (value?: unknown) => {
    const data = value === undefined ? Buffer.alloc(0) : Buffer.from(pack.pack(value));
    waiting.shift()?.(undefined, { data } as BusFrame);
  };
  const list = async (channel: string, most: number) => {
    const told = await lists.ask(channel, most);
    return told instanceof Encoded ? pack.unpack(told.bytes) : told;
  };
  return { asked, waiting, answer, list };
}

const members = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("the question who is in a channel", () => {
  it("is under way once, and once more for all who came too late", async () => {
    const { asked, answer, list } = create();
    const first = list("a", 1_000);
    const late = [list("a", 1_000), list("a", 1_000), list("a", 500)];
    const other = list("b", 1_000);
    expect(asked).toEqual(["1000 of a", "1000 of b"]);
    answer(["early"]);
    expect(await first).toEqual(["early"]);
    answer(["elsewhere"]);
    expect(await other).toEqual(["elsewhere"]);
    expect(asked).toEqual(["1000 of a", "1000 of b", "1000 of a"]);
    answer(["late"]);
    expect(await Promise.all(late)).toEqual([["late"], ["late"], ["late"]]);
    const again = list("a", 1_000);
    expect(asked).toHaveLength(4);
    answer([]);
    expect(await again).toEqual([]);
  });

  it("is asked for few, for more, or for all, and is answered with as many as are wanted", async () => {
    const { asked, answer, list } = create();
    for (const [most, size] of [
      [1, 10],
      [10, 10],
      [11, 100],
      [101, 1_000],
    ] as const) {
      const told = list("a", most);
      expect(asked.at(-1)).toBe(`${size} of a`);
      answer(members(size));
      expect(await told).toEqual(members(most));
    }
    const counts = list("a", COUNTS_ONLY);
    expect(asked.at(-1)).toBe("0 of a");
    answer({ connections: 2, members: 1 });
    expect(await counts).toEqual({ connections: 2, members: 1 });
  });

  it("that cannot be answered now is OVERLOADED, and the next one is asked all the same", async () => {
    const { waiting, answer, list } = create();
    const [first, second] = [list("a", 10), list("a", 10)];
    answer();
    await expect(first).rejects.toMatchObject({ code: "OVERLOADED", details: { retryAfterMs: 1_000 } });
    await expect.poll(() => waiting.length).toBe(1);
    const third = list("a", 10);
    waiting.shift()?.(new AppError("UNAVAILABLE"), undefined);
    await expect(second).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect.poll(() => waiting.length).toBe(1);
    waiting.shift()?.(undefined, { data: Buffer.from(NOT_NOW) } as BusFrame);
    await expect(third).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const fourth = list("a", 10);
    answer(["here"]);
    expect(await fourth).toEqual(["here"]);
  });
});
