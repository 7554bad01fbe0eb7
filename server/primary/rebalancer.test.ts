import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ShedOrder } from "../admission.ts";
import { Rebalancer } from "./rebalancer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How long it takes to move, once told to, in milliseconds. */
const MOVE_MS = 500;

/** Socket workers whose clients, told to go, come to the one with the fewest that takes them. */
class Host {
  readonly counts: number[];
  readonly workers;
  readonly orders: [number, ShedOrder][] = [];
  readonly #upTo = new Map<number, number>();
  /** Asked how they are. */
  asked = 0;
  /** The part of those who go that comes back. */
  back = 1;

  constructor(counts: number[]) {
    this.counts = counts;
    this.workers = counts.map((_, index) => ({
      number: index + 1,
      status: async () => {
        this.asked++;
        return { connections: counts[index] ?? 0, memory: 0 };
      },
      shed: (order: ShedOrder) => this.#shed(index, order),
      accept: async () => {
        this.#upTo.delete(index);
        return true as const;
      },
    }));
  }

  /** Numbers of those that take connections. */
  get accepting(): number[] {
    return this.workers
      .map(({ number }, index) => [number, (this.counts[index] ?? 0) < this.#limitOf(index)] as const)
      .filter(([, accepts]) => accepts)
      .map(([number]) => number);
  }

  #limitOf(index: number): number {
    return this.#upTo.get(index) ?? Number.POSITIVE_INFINITY;
  }

  #shed(index: number, order: ShedOrder): Promise<number> {
    this.orders.push([index + 1, order]);
    this.#upTo.set(index, order.upTo ?? Number.POSITIVE_INFINITY);
    return new Promise((resolve) => {
      setTimeout(() => {
        this.counts[index] = (this.counts[index] ?? 0) - order.count;
        for (let one = 0; one < order.count * this.back; one++) this.#arrive();
        resolve(order.count);
      }, MOVE_MS);
    });
  }

  #arrive(): void {
    const open = this.counts.map((count, index) => (count < this.#limitOf(index) ? count : Number.POSITIVE_INFINITY));
    const least = open.indexOf(Math.min(...open));
    this.counts[least] = (this.counts[least] ?? 0) + 1;
  }
}

function balance(host: Host, enabled = true) {
  const log = { info: vi.fn(), debug: vi.fn() };
  const rebalancer = new Rebalancer({ workers: () => host.workers, enabled, limitMs: 5_000, log });
  onTestFinished(() => rebalancer.close());
  return { rebalancer, log };
}

describe("the rebalancer", () => {
  it.each([
    [
      [100, 0],
      [50, 50],
    ],
    [
      [100, 50, 50, 0],
      [50, 50, 50, 50],
    ],
    [
      [300, 200, 100, 0],
      [150, 150, 150, 150],
    ],
  ])("makes of %j in the end %j", async (counts, expected) => {
    const host = new Host([...counts]);
    balance(host).rebalancer.request();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(host.counts).toEqual(expected);
  });

  it("looks once where all is balanced, moves nothing, and leaves no timer behind", async () => {
    const host = new Host([10, 9, 11]);
    const { rebalancer, log } = balance(host);
    rebalancer.request();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([host.asked, host.orders.length, log.info.mock.calls.length, vi.getTimerCount()]).toEqual([3, 0, 0, 0]);
  });

  it("does nothing at all where it is switched off, and nothing where there is one worker", async () => {
    const host = new Host([100, 0]);
    const { rebalancer } = balance(host, false);
    rebalancer.request();
    (await rebalancer.hold())();
    expect(vi.getTimerCount()).toBe(0);
    const single = new Host([100]);
    balance(single).rebalancer.request();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([host.asked, single.asked]).toEqual([0, 0]);
  });

  it("always has one that takes connections, and all of them when it is through", async () => {
    const host = new Host([90, 30, 0]);
    balance(host).rebalancer.request();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(host.accepting).toEqual([2, 3]);
    expect(host.orders.map(([number, { count, upTo }]) => [number, count, upTo])).toEqual([
      [1, 50, 40],
      [2, 0, 40],
      [3, 0, undefined],
    ]);
    for (let step = 0; step < 100; step++) {
      expect(host.accepting).not.toEqual([]);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(host.accepting).toEqual([1, 2, 3]);
    // whatever becomes of who ordered it, not for ever
    expect(host.orders[0]?.[1].forMs).toBeLessThan(30_000);
  });

  it("gives up where clients do not come back, rather than send ever more away", async () => {
    const host = new Host([100, 0]);
    host.back = 0.1;
    balance(host).rebalancer.request();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.counts).toEqual([50, 5]);
    expect(host.accepting).toEqual([1, 2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("stops by itself where clients come back to where they were", async () => {
    const host = new Host([100, 0]);
    const [first] = host.workers;
    if (first !== undefined) {
      // says that they went, and they are all back
      first.shed = async ({ count }) => count;
      host.counts[1] = 0;
    }
    const { rebalancer, log } = balance(host);
    rebalancer.request();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(log.info.mock.calls.length).toBeLessThanOrEqual(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("moves nothing while it is held, lets all take connections at once, and looks again afterwards", async () => {
    const host = new Host([100, 0]);
    const { rebalancer } = balance(host);
    rebalancer.request();
    await vi.advanceTimersByTimeAsync(2_100);
    expect(host.accepting).toEqual([2]);
    const holding = rebalancer.hold();
    await vi.advanceTimersByTimeAsync(0);
    const release = await holding;
    expect(host.accepting).toEqual([1, 2]);
    rebalancer.request();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.orders).toHaveLength(2);
    host.counts.splice(0, 2, 100, 0);
    release();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(host.counts).toEqual([50, 50]);
  });

  it("moves nothing where a worker does not say how many it has", async () => {
    const host = new Host([100, 0]);
    const [, second] = host.workers;
    if (second !== undefined) second.status = async () => undefined as never;
    balance(host).rebalancer.request();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(host.orders).toEqual([]);
  });
});
