import { AppError } from "../../shared/errors.ts";
import { AmqpRefusal } from "../links/amqp.ts";
import { RedisRefusal } from "../links/redis.ts";

/** Jobs that may wait for a broker, and their bytes, where nothing else is said. */
export const MOST_WAITING = 10_000;
export const MOST_WAITING_BYTES = 67_108_864;

/** Something on its way to a broker. */
export interface Parcel<L> {
  readonly bytes: number;
  /** Until when it may wait, by `performance.now()`; for ever where it is `Infinity`. */
  readonly until: number;
  /** Resolves when the broker has it for good. */
  send(link: L): Promise<void>;
  done(error: AppError | undefined): void;
}

const SWEEP_MS = 100;
const REFUSED_PAUSE_MS = 200;

/**
 * What a broker does not have for good yet. While there is no link it waits; what was sent and not confirmed when a link broke
 * is sent again: the broker may then have it twice.
 */
export class Outbox<L> {
  /** In their order, with the link that each was sent on. */
  readonly #parcels = new Map<Parcel<L>, L | undefined>();
  /** Why the broker did not take some of them, the last time. */
  readonly #refusals = new Map<Parcel<L>, Error>();
  readonly #limits: { readonly count: number; readonly bytes: number };
  readonly #told: (error: Error) => void;
  readonly #sweep: NodeJS.Timeout;
  #bytes = 0;
  #link: L | undefined;
  #closed = false;

  /** @param refused told each time when the broker does not take what must not be lost */
  constructor(count: number, bytes: number, refused: (error: Error) => void = () => undefined) {
    this.#limits = { count, bytes };
    this.#told = refused;
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS).unref();
  }

  get count(): number {
    return this.#parcels.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sends it, now or when there is a link. What must not be refused is taken whatever waits. */
  add(parcel: Parcel<L>): void {
    if (this.#closed) return void setImmediate(() => parcel.done(new AppError("UNAVAILABLE")));
    const full = this.#parcels.size >= this.#limits.count || this.#bytes + parcel.bytes > this.#limits.bytes;
    if (full && parcel.until !== Number.POSITIVE_INFINITY) {
      return void setImmediate(() => parcel.done(new AppError("OVERLOADED")));
    }
    this.#bytes += parcel.bytes;
    this.#parcels.set(parcel, undefined);
    if (this.#link !== undefined) this.#send(parcel, this.#link);
  }

  up(link: L): void {
    this.#link = link;
    for (const parcel of this.#parcels.keys()) this.#send(parcel, link);
  }

  down(): void {
    this.#link = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#link = undefined;
    clearInterval(this.#sweep);
    for (const parcel of this.#parcels.keys()) this.#end(parcel, new AppError("UNAVAILABLE"));
  }

  #send(parcel: Parcel<L>, link: L): void {
    this.#parcels.set(parcel, link);
    parcel.send(link).then(
      () => this.#end(parcel, undefined),
      (error: unknown) => {
        if (this.#parcels.get(parcel) !== link) return;
        if (error instanceof AmqpRefusal || error instanceof RedisRefusal) this.#refused(parcel, error);
        // the link is about to be gone, and this waits for the next one
      },
    );
  }

  /** It may be over soon, as with a queue that is being made: it is sent again as long as it may wait. */
  #refused(parcel: Parcel<L>, error: Error): void {
    if (parcel.until === Number.POSITIVE_INFINITY) this.#told(error);
    this.#refusals.set(parcel, error);
    this.#parcels.set(parcel, undefined);
    setTimeout(() => {
      const link = this.#link;
      const waits = this.#parcels.has(parcel) && this.#parcels.get(parcel) === undefined;
      if (link !== undefined && waits) this.#send(parcel, link);
    }, REFUSED_PAUSE_MS).unref();
  }

  #end(parcel: Parcel<L>, error: AppError | undefined): void {
    if (!this.#parcels.delete(parcel)) return;
    this.#refusals.delete(parcel);
    this.#bytes -= parcel.bytes;
    parcel.done(error);
  }

  #expire(): void {
    const now = performance.now();
    for (const parcel of this.#parcels.keys()) {
      if (parcel.until > now) continue;
      const cause = this.#refusals.get(parcel);
      const isFull = cause instanceof AmqpRefusal || (cause instanceof RedisRefusal && cause.kind === "OOM");
      this.#end(parcel, new AppError(isFull ? "OVERLOADED" : "UNAVAILABLE", undefined, undefined, { cause }));
    }
  }
}
