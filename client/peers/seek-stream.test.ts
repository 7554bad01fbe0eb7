import { describe, expect, it } from "vitest";
import { AsyncQueue } from "../../shared/async-queue.ts";
import { AppError } from "../../shared/errors.ts";
import type { PeerEvent, PeerSeekInput } from "../../shared/peers.ts";
import { pass, settled, useFakeTime } from "../test/setup.ts";
import type { PeerHost } from "./peer-host.ts";
import { SeekStream } from "./seek-stream.ts";

useFakeTime();

const SELF: PeerEvent = { type: "self", peer: "me", resumed: false, pairs: [], iceServers: [] };

/** A seek of a client whose server is this test. */
function seek() {
  const asked: { input: PeerSeekInput; answer: AsyncQueue<unknown>; left: boolean }[] = [];
  const told: string[] = [];
  const client = {
    state: "open",
    stream(_: string, input: PeerSeekInput) {
      const one = { input, left: false, answer: new AsyncQueue<unknown>({ leave: () => (one.left = true) }) };
      asked.push(one);
      return one.answer;
    },
  };
  const stream = new SeekStream({
    host: { client } as unknown as PeerHost,
    input: () => ({ context: "test" }),
    event: ({ type }) => void told.push(type),
    away: () => void told.push("away"),
    ended: (error) => void told.push(`ended: ${(error as AppError).code}`),
  });
  const fail = async (code: string, details?: unknown) => {
    asked.at(-1)?.answer.fail(new AppError(code, code, details));
    await settled();
  };
  const take = async () => {
    asked.at(-1)?.answer.push(SELF);
    await settled();
  };
  return { stream, asked, told, client, fail, take };
}

describe("a seek", () => {
  it("is told to the server again after each loss, with the same secret, that no other has", async () => {
    const { stream, asked, told, fail, take } = seek();
    await take();
    expect(stream.known).toBe(true);
    await fail("UNAVAILABLE");
    expect(stream.known).toBe(false);
    await pass(300);
    await take();
    expect(told).toEqual(["self", "away", "self"]);
    expect(asked.map(({ input }) => input.context)).toEqual(["test", "test"]);
    const [first, second] = asked.map(({ input }) => input.secret);
    expect(first).toMatch(/^[0-9a-f]{48}$/);
    expect(second).toBe(first);
    expect(seek().asked[0]?.input.secret).not.toBe(first);
  });

  it.each(["FORBIDDEN", "NOT_FOUND", "BAD_REQUEST", "CONFLICT", "TOO_YOUNG", "OVERLOADED", "TIMEOUT"])(
    "that is refused at first is over: %s",
    async (code) => {
      const { asked, told, fail } = seek();
      await fail(code);
      await pass(60_000);
      expect([told, asked.length]).toEqual([[`ended: ${code}`], 1]);
    },
  );

  it("that was taken once waits as long as the server asks, and is patient with one that does not answer", async () => {
    const { asked, told, fail, take } = seek();
    await take();
    await fail("UNAVAILABLE");
    await pass(1_000);
    await fail("OVERLOADED", { retryAfterMs: 5_000 });
    await pass(4_900);
    expect(asked).toHaveLength(2);
    await pass(200);
    expect(asked).toHaveLength(3);
    await fail("TIMEOUT");
    await pass(10_000);
    expect(asked).toHaveLength(4);
    expect(told).toEqual(["self", "away", "away", "away"]);
  });

  it("is over where the server says that nobody was found, or that it goes on elsewhere", async () => {
    for (const code of ["TIMEOUT", "CONFLICT"]) {
      const { told, fail, take } = seek();
      await take();
      await fail(code);
      expect(told).toEqual(["self", `ended: ${code}`]);
    }
  });

  it("is over where the client is closed for good", async () => {
    const { told, client, fail, take } = seek();
    await take();
    client.state = "closed";
    await fail("UNAVAILABLE");
    expect(told).toEqual(["self", "ended: UNAVAILABLE"]);
  });

  it("that is closed leaves at once, and is not told again", async () => {
    const { stream, asked, told, take } = seek();
    await take();
    stream.close();
    expect(asked[0]?.left).toBe(true);
    await pass(60_000);
    expect([asked.length, told]).toEqual([1, ["self"]]);
  });
});
