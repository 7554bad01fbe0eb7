import type { BusFrame } from "../bus/bus-frame.ts";
import type { PairNews, PeerNews, SeekOrder } from "../peers/peer-bus.ts";

/** The process that a peer's connection lives in, as far as peers are concerned. */
export interface PeerHolder {
  tell(peer: string, news: PeerNews): void;
  /** Passes on a signal for one of its peers. */
  signal(frame: BusFrame): void;
  /** Whether so much waits for it that signals have to. */
  readonly busy: boolean;
}

export interface SeekingHooks {
  /** It takes now whom it did not take before. */
  lessChoosy(): void;
  /** Its time to find somebody is over. */
  nobody(): void;
}

/** One peer, as the matchmaker knows it. */
export class PeerEntry {
  readonly id: string;
  readonly order: SeekOrder;
  readonly since = performance.now();
  /** Whom it is paired with, and whether it is the polite one of the two. */
  readonly pairs = new Map<PeerEntry, boolean>();
  /** Whom it is not to be paired with again but by the will of one of them; in the other one's as well. */
  readonly parted = new Set<PeerEntry>();
  /** Undefined while its connection is gone. */
  holder: PeerHolder | undefined;
  /** Whether it has found whom it sought. */
  matched = false;
  #grace: NodeJS.Timeout | undefined;
  #choosy: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;

  constructor(id: string, order: SeekOrder) {
    this.id = id;
    this.order = order;
  }

  /** Whether it may be paired with one more. */
  get roomy(): boolean {
    return this.pairs.size < this.order.mostPairs;
  }

  seeksTheSame({ context, tags, room }: SeekOrder): boolean {
    const { order } = this;
    return order.context === context && order.room === room && order.tags.join("\0") === tags.join("\0");
  }

  /** How it is introduced to another. @param polite whether the other one gives way */
  introduction(polite: boolean): PairNews {
    return [this.id, polite, this.order.info];
  }

  /** Its connection is gone: `over` is called unless it is back in time. */
  away(over: () => void): void {
    clearTimeout(this.#grace);
    this.#grace = setTimeout(over, this.order.graceMs).unref();
  }

  back(holder: PeerHolder): void {
    clearTimeout(this.#grace);
    this.holder = holder;
  }

  /** Starts the clocks of its search, but for those that run. @param choosyMs undefined where it never takes others */
  startSeeking(choosyMs: number | undefined, hooks: SeekingHooks): void {
    this.#limit ??= setTimeout(hooks.nobody, this.order.seekMs).unref();
    // a little late rather than a little early, when it would not take them yet
    if (choosyMs !== undefined) this.#choosy ??= setTimeout(hooks.lessChoosy, choosyMs + 1).unref();
  }

  stopSeeking(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#choosy);
    this.#limit = this.#choosy = undefined;
  }

  stopTimers(): void {
    this.stopSeeking();
    clearTimeout(this.#grace);
  }
}
