import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Kind, type ServerMessage } from "../../shared/message.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { shedConnections } from "./shed.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A client that leaves when it is told to, or does not. */
class Fake {
  readonly id = crypto.randomUUID();
  open = true;
  unsent = 0;
  slot = 0;
  place = 0;
  readonly calls = new Map<number, { over: boolean }>();
  readonly received: ServerMessage[] = [];
  closedWith: number | undefined;

  readonly #leaves: boolean;

  constructor(leaves = true) {
    this.#leaves = leaves;
  }

  send(message: ServerMessage): void {
    this.received.push(message);
    if (this.#leaves) this.open = false;
  }

  close(code: number): void {
    this.open = false;
    this.closedWith = code;
  }
}

/** Has some of the connections go. */
async function shed(fakes: readonly Fake[], count: number, signal = new AbortController().signal) {
  const connections = new Connections();
  for (const fake of fakes) connections.add(fake as unknown as Connection);
  const leaving = vi.fn();
  const told = shedConnections({ connections, count, overMs: 100, limitMs: 500, signal, leaving });
  await vi.advanceTimersByTimeAsync(5_000);
  return { told: await told, leaving };
}

describe("connections that make room", () => {
  it("are as many as were asked for, told when to come back, and let go of at once where they leave", async () => {
    const fakes = Array.from({ length: 10 }, () => new Fake());
    const { told, leaving } = await shed(fakes, 4);
    expect(told).toBe(4);
    expect(leaving).toHaveBeenCalledTimes(4);
    const messages = fakes.flatMap(({ received }) => received);
    expect(messages).toEqual(
      Array(4).fill([Kind.GOAWAY, "balance", { reconnectAfterMs: expect.toSatisfy((ms: number) => ms <= 100) }]),
    );
    expect(fakes.map(({ closedWith }) => closedWith)).toEqual(Array(10).fill(undefined));
  });

  it("are those without calls in flight, rather than those who wait for answers", async () => {
    const busy = Array.from({ length: 3 }, () => new Fake());
    for (const fake of busy) fake.calls.set(1, { over: false });
    const idle = Array.from({ length: 3 }, () => new Fake());
    expect((await shed([...busy, ...idle], 3)).told).toBe(3);
    expect(idle.map(({ received }) => received.length)).toEqual([1, 1, 1]);
  });

  it("are those as well whose calls are short, and never those whose calls last", async () => {
    const [short, lasting] = [new Fake(), new Fake()];
    lasting.calls.set(1, { over: false });
    let call = { over: false };
    const next = () => {
      // answered, and the next one is there already
      call.over = true;
      call = { over: false };
      short.calls.set(1, call);
    };
    next();
    setInterval(next, 100);
    expect((await shed([lasting, short], 2)).told).toBe(1);
    expect([lasting.received.length, short.received.length]).toEqual([0, 1]);
  });

  it("are closed with 1012 after the limit where they stay", async () => {
    const fake = new Fake(false);
    expect((await shed([fake], 1)).told).toBe(1);
    expect(fake.closedWith).toBe(1012);
  });

  it("are no more than were told when it is over before its time", async () => {
    const stop = new AbortController();
    stop.abort();
    const fakes = [new Fake(), new Fake()];
    expect((await shed(fakes, 2, stop.signal)).told).toBe(0);
    expect(fakes.flatMap(({ received }) => received)).toEqual([]);
  });
});
