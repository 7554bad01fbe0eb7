import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue, type FairQueueLimits, type Lane, type Priority, type Queued } from "./fair-queue.ts";

const LEVELS: readonly [Priority, number][] = [
  ["high", 1],
  ["normal", 4],
  ["low", 16],
];
const TENANTS = [..."abcd"];

const hasRoom = ({ lane }: Queued) => lane.running < lane.concurrency;
const bytesOf = (items: readonly Queued[]) => items.reduce((sum, { size }) => sum + size, 0);

/** The same rules, written as plainly as they can be said: one array, and a look at all of it each time. */
class NaiveQueue {
  waiting: Queued[] = [];
  readonly #limits: FairQueueLimits;
  readonly #passes = new Map<Priority, number>();
  readonly #rings = new Map<Priority, string[]>(LEVELS.map(([priority]) => [priority, []]));
  #tenants: string[] = [];

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  add(item: Queued): readonly Queued[] {
    const { maxItems, maxBytes } = this.#limits;
    const left = [...this.waiting];
    const refused: Queued[] = [];
    const of = (name: string) => left.filter(({ tenant }) => tenant === name);
    while (left.length + 1 > maxItems || bytesOf(left) + item.size > maxBytes) {
      const byItems = left.length + 1 > maxItems;
      const amount = byItems ? (items: readonly Queued[]) => items.length : bytesOf;
      const fair = amount([...of(item.tenant), item]);
      const most = Math.max(0, ...this.#tenants.map((name) => amount(of(name))));
      if (item.size > maxBytes || most <= fair) return [item];
      const tenant = this.#tenants.find((name) => amount(of(name)) === most) as string;
      const latest = of(tenant).findLast(({ size }) => byItems || size > 0) as Queued;
      left.splice(left.indexOf(latest), 1);
      refused.push(latest);
    }
    for (const one of refused) this.delete(one);
    this.waiting.push(item);
    if (!this.#tenants.includes(item.tenant)) this.#tenants.push(item.tenant);
    const ring = this.#ring(item.lane.priority);
    if (!ring.includes(item.tenant)) ring.push(item.tenant);
    return refused;
  }

  take(): Queued | undefined {
    const ready = LEVELS.filter(([level]) => this.waiting.some((one) => one.lane.priority === level && hasRoom(one)));
    const least = Math.min(...ready.map(([level]) => this.#pass(level)));
    const [level, stride] = ready.find(([priority]) => this.#pass(priority) === least) ?? [];
    if (level === undefined || stride === undefined) return undefined;
    for (const [other] of LEVELS) this.#passes.set(other, Math.max(this.#pass(other), least));
    this.#passes.set(level, least + stride);
    const next = (name: string) =>
      this.waiting.find((one) => one.tenant === name && one.lane.priority === level && hasRoom(one));
    const ring = this.#ring(level);
    const tenant = ring.find((name) => next(name) !== undefined) as string;
    const item = next(tenant) as Queued;
    ring.push(...ring.splice(ring.indexOf(tenant), 1));
    this.delete(item);
    return item;
  }

  delete(item: Queued): boolean {
    if (!this.waiting.includes(item)) return false;
    this.waiting = this.waiting.filter((one) => one !== item);
    for (const [level, ring] of this.#rings) {
      const stay = (name: string) => this.waiting.some((one) => one.tenant === name && one.lane.priority === level);
      this.#rings.set(level, ring.filter(stay));
    }
    this.#tenants = this.#tenants.filter((name) => this.waiting.some(({ tenant }) => tenant === name));
    if (this.waiting.length === 0) this.#passes.clear();
    return true;
  }

  #pass(level: Priority): number {
    return this.#passes.get(level) ?? 0;
  }

  #ring(level: Priority): string[] {
    return this.#rings.get(level) as string[];
  }
}

const index = fc.nat(1_000);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      // one asks more than the others
      tenant: fc.constantFrom("a", "a", "a", ...TENANTS),
      lane: index,
      size: fc.oneof(fc.nat(10), fc.nat(60)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), index }) },
);

const setUp = fc.record({
  limits: fc.record({ maxItems: fc.integer({ min: 0, max: 25 }), maxBytes: fc.integer({ min: 0, max: 200 }) }),
  lanes: fc.array(
    fc.record({
      priority: fc.constantFrom<Priority[]>("low", "normal", "high"),
      concurrency: fc.integer({ min: 0, max: 4 }),
      running: fc.constant(0),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  steps: fc.array(step, { maxLength: 120, size: "max" }),
});

type SetUp = typeof setUp extends fc.Arbitrary<infer Value> ? Value : never;

/** Does the steps with both queues, and looks after each one whether all is as it has to be. */
function compare({ limits, lanes: given, steps }: SetUp): void {
  const lanes: Lane[] = given.map((lane) => ({ ...lane }));
  const queue = new FairQueue<Queued>(limits);
  const naive = new NaiveQueue(limits);
  const running: Queued[] = [];
  const added: Queued[] = [];
  const gone = new Map<Queued, number>();
  const leave = (item: Queued) => gone.set(item, (gone.get(item) ?? 0) + 1);

  const acts = {
    add({ tenant, lane, size }: { tenant: string; lane: number; size: number }) {
      const item = { tenant, lane: lanes[lane % lanes.length] as Lane, size };
      added.push(item);
      const refused = queue.add(item);
      expect(refused).toEqual(naive.add(item));
      refused.forEach(leave);
    },
    take() {
      const item = queue.take();
      expect(item).toBe(naive.take());
      if (item === undefined) return;
      leave(item);
      item.lane.running += 1;
      running.push(item);
    },
    end(at: number) {
      const [item] = running.splice(at % Math.max(1, running.length), 1);
      if (item !== undefined) item.lane.running -= 1;
    },
    cancel(at: number) {
      const item = added[at % Math.max(1, added.length)];
      if (item === undefined) return;
      const waited = !gone.has(item);
      expect(queue.delete(item)).toBe(waited);
      naive.delete(item);
      if (waited) leave(item);
    },
  };

  for (const one of steps) {
    if (one.do === "add") acts.add(one);
    else if (one.do === "take") acts.take();
    else acts[one.do](one.index);
    const waiting = added.filter((item) => !gone.has(item));
    expect([queue.size, queue.bytes]).toEqual([waiting.length, bytesOf(waiting)]);
    expect(queue.size).toBeLessThanOrEqual(limits.maxItems);
    expect(queue.bytes).toBeLessThanOrEqual(limits.maxBytes);
    for (const lane of lanes) expect(lane.running).toBeLessThanOrEqual(lane.concurrency);
  }

  // with room in each lane all the rest comes, each once
  for (const lane of lanes) lane.running = lane.concurrency === 0 ? -1 : 0;
  for (let item = queue.take(); item !== undefined; item = queue.take()) leave(item);
  expect([...gone.values()].every((times) => times === 1)).toBe(true);
  expect(gone.size).toBe(added.length);
}

describe("a fair queue", () => {
  it("does what plain rules say, loses nothing, gives nothing twice, and keeps to all limits", () => {
    fc.assert(fc.property(setUp, compare), { numRuns: 300 });
  });
});
