import { type Candidate, Candidates, candidate, type Sized } from "./candidates.ts";
import { type Ranked, SizeRanks } from "./size-ranks.ts";

/** A channel that may have to give way. Begins as `{ usedAt: 0, standing: undefined }`. */
export interface Yielding<Value extends Sized> extends Sized {
  /** Where it stands; undefined where it need not give way. */
  standing: Standing<Value> | undefined;
}

/** Who publishes: a network of clients. */
interface Publisher<Value extends Sized> extends Ranked<Publisher<Value>> {
  readonly name: string;
  readonly candidates: Candidates<Value>;
  /** What its channels take. */
  bytes: number;
}

/** Where a channel stands among all, and among those of its publisher, who is undefined where that is the application. */
export interface Standing<Value extends Sized> {
  readonly among: Candidate<Value>;
  own: Candidate<Value> | undefined;
  publisher: Publisher<Value> | undefined;
  /** What it counts for. */
  cost: number;
}

/** A channel that takes more than one part in so many of the budget is what fills it up, and so is a publisher. */
const LARGE_SHARE = 16;
/** A channel goes over to who has so many times less than whose it was. */
const MUCH_LESS = 2;

/**
 * Which channel loses something where all together take too much: one of the publisher who takes most, where that is
 * more than a fair share; otherwise one of all. So nobody pushes out what others published, be it by publishing to very
 * many channels. What the application itself publishes counts for nobody.
 */
export class GivingWay<Value extends Yielding<Value>> {
  readonly #large: number;
  readonly #all: Candidates<Value>;
  readonly #publishers = new Map<string, Publisher<Value>>();
  readonly #ranks = new SizeRanks<Publisher<Value>>();

  /** @param budget bytes that all together may take */
  constructor(budget: number) {
    this.#large = budget / LARGE_SHARE;
    this.#all = new Candidates(this.#large);
  }

  /** One is used, for the first time or once more. @param now by `performance.now()` */
  use(value: Value, now: number): void {
    value.usedAt = now;
    value.standing ??= { among: candidate(value), own: undefined, publisher: undefined, cost: 0 };
    const { among, own, publisher } = value.standing;
    this.#all.use(among);
    if (own !== undefined) publisher?.candidates.use(own);
  }

  /**
   * Somebody publishes to one that is used. It counts for whoever of its publishers takes least: by publishing to what
   * is others' nobody makes them give way with himself.
   * @param name whoever that is; empty where it is the application
   */
  publishedBy(value: Value, name: string): void {
    const { standing } = value;
    if (standing === undefined || (standing.publisher?.name ?? "") === name) return;
    const { publisher, cost } = standing;
    if (name !== "") {
      // the application's stay so, as do those of who has not much more
      if (publisher === undefined && value.publications.bytes > 0) return;
      const bytes = this.#publishers.get(name)?.bytes ?? 0;
      if (publisher !== undefined && bytes * MUCH_LESS >= publisher.bytes - cost) return;
    }
    this.#leave(standing);
    if (name === "") return;
    const next = this.#publishers.get(name) ?? this.#open(name);
    standing.publisher = next;
    standing.own = candidate(value);
    next.candidates.use(standing.own);
    next.candidates.resized(standing.own);
    this.#spend(next, cost);
  }

  /** One takes more, or less, than it did. @param cost bytes, all that it costs included */
  resized(value: Value, cost: number): void {
    const { standing } = value;
    if (standing === undefined) return;
    const { among, own, publisher } = standing;
    this.#all.resized(among);
    if (own !== undefined) publisher?.candidates.resized(own);
    if (publisher !== undefined) this.#spend(publisher, cost - standing.cost);
    standing.cost = cost;
  }

  /** One is none of them any more. */
  remove(value: Value): void {
    const { standing } = value;
    if (standing === undefined) return;
    this.#all.remove(standing.among);
    this.#leave(standing);
    value.standing = undefined;
  }

  /** Which one it is; undefined where there is none. @param now by `performance.now()` */
  next(now: number): Value | undefined {
    const { largest } = this.#ranks;
    const fills = largest !== undefined && largest.bytes > this.#large;
    return (fills ? largest.candidates : this.#all).next(now);
  }

  #open(name: string): Publisher<Value> {
    const publisher = { name, candidates: new Candidates<Value>(this.#large), bytes: 0, rank: 0, ranked: undefined };
    this.#publishers.set(name, publisher);
    return publisher;
  }

  #leave(standing: Standing<Value>): void {
    const { publisher, own, cost } = standing;
    if (publisher === undefined || own === undefined) return;
    standing.publisher = standing.own = undefined;
    publisher.candidates.remove(own);
    this.#spend(publisher, -cost);
    if (publisher.candidates.empty) this.#publishers.delete(publisher.name);
  }

  #spend(publisher: Publisher<Value>, bytes: number): void {
    publisher.bytes += bytes;
    this.#ranks.resize(publisher, publisher.bytes);
  }
}
