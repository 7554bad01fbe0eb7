import { Level } from "./fair-queue-level.ts";
import { Tenants } from "./tenants.ts";

/** Of calls that wait for a compute thread: high, normal and low share 16 : 4 : 1 while there are calls of each. */
export type Priority = "low" | "normal" | "high";

/**
 * How far each item served moves its level on; the level that has come least far is next. While all of them have work,
 * high, normal and low so share 16 : 4 : 1. A share, not precedence: else a steady stream of the urgent would keep the
 * rest waiting for ever.
 */
const STRIDES: Readonly<Record<Priority, number>> = { high: 1, normal: 4, low: 16 };

/** A procedure, as far as the queue is concerned. */
export interface Lane {
  readonly priority: Priority;
  /** Most of its tasks that may run at once. */
  readonly concurrency: number;
  /** How many run: kept by whoever runs them. */
  running: number;
}

export interface Queued {
  /** Who asked for it. */
  readonly tenant: string;
  readonly lane: Lane;
  /** Bytes it holds. */
  readonly size: number;
}

export interface FairQueueLimits {
  /** Most that may wait. */
  readonly maxItems: number;
  /** Most bytes that those that wait may hold together. */
  readonly maxBytes: number;
}

/**
 * What waits to be run. Levels of priority share by weight; within a level, tenants have their turn one after the other;
 * of a tenant's items, the oldest whose lane has room is next. Nobody gets more for asking more often, and a lane at its
 * limit holds nobody up. Where there is no room, whoever has most waiting gives way.
 */
export class FairQueue<Item extends Queued> {
  readonly #levels: Readonly<Record<Priority, Level<Item>>> = {
    high: new Level(STRIDES.high),
    normal: new Level(STRIDES.normal),
    low: new Level(STRIDES.low),
  };
  /** Where two have come equally far, the more urgent is next. */
  readonly #byUrgency = [this.#levels.high, this.#levels.normal, this.#levels.low];
  readonly #tenants: Tenants<Item>;
  /** Takes one out of everything that knows of it. */
  readonly #releases = new Map<Item, () => void>();
  #arrivals = 0;

  constructor(limits: FairQueueLimits) {
    this.#tenants = new Tenants(limits);
  }

  /** How many wait. */
  get size(): number {
    return this.#tenants.items;
  }

  /** Bytes that those hold. */
  get bytes(): number {
    return this.#tenants.bytes;
  }

  /**
   * @returns those that have to be refused to keep within the limits, which do not wait any longer: the item itself, or
   * the latest of whoever has most waiting; none as a rule
   * @throws where the item waits already
   */
  add(item: Item): readonly Item[] {
    if (this.#releases.has(item)) throw new Error("The item waits already.");
    const refused = this.#tenants.toMakeRoomFor(item);
    if (refused === undefined) return [item];
    for (const other of refused) this.delete(other);
    const leaveLevel = this.#levels[item.lane.priority].add(item, this.#arrivals++);
    const leaveTenant = this.#tenants.add(item);
    this.#releases.set(item, () => {
      leaveLevel();
      leaveTenant();
    });
    return refused;
  }

  /** Takes out the next one whose lane has room, or gives undefined. Count it as `running` before the next is taken. */
  take(): Item | undefined {
    const level = this.#nextLevel();
    const item = level?.next();
    if (item !== undefined) this.delete(item);
    return item;
  }

  /**
   * Takes one out of turn.
   * @returns false where it did not wait
   */
  delete(item: Item): boolean {
    const release = this.#releases.get(item);
    if (release === undefined) return false;
    release();
    this.#releases.delete(item);
    // nobody is left to compare with: who comes next shall find no debts of an earlier rush
    if (this.size === 0) for (const level of this.#byUrgency) level.pass = 0;
    return true;
  }

  #nextLevel(): Level<Item> | undefined {
    let next: Level<Item> | undefined;
    for (const level of this.#byUrgency) {
      if (level.ready && (next === undefined || level.pass < next.pass)) next = level;
    }
    if (next === undefined) return undefined;
    // a level that has nothing to run meanwhile saves nothing up for later; but what it is ahead it keeps, or one that
    // empties and comes back each time would be first each time
    for (const level of this.#byUrgency) level.pass = Math.max(level.pass, next.pass);
    next.pass += next.stride;
    return next;
  }
}
