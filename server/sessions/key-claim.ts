import { AppError } from "../../shared/errors.ts";
import type { Kind } from "../../shared/message.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { overloaded } from "../overloaded.ts";
import { Claim } from "./claim.ts";

/** Told where a call stands, with the kind and the bytes of its answer where there is one; or why that cannot be known. */
export interface Claimant {
  claimed(claim: Claim, kind: number | undefined, answer: Uint8Array): void;
  unknown(error: AppError): void;
}

/** Who a claim goes through. */
export interface ClaimKeeper {
  /** Bytes of the largest answer that is kept. */
  readonly largestAnswer: number;
  /** Tells the primary what became of a key's call. */
  tell(name: string, settlement: Uint8Array): void;
  /** Calls back once what was told arrives whatever happens here. */
  whenTold(told: () => void): void;
  /** A call goes on without its connection. Returns false where too many do so already. */
  detach(): boolean;
  /** Such a call is over. */
  attach(): void;
  /** Nobody may join any more. */
  over(name: string): void;
}

/** How long those are asked to wait whose answer the bus has no room for, in milliseconds. */
const RETRY_AFTER_MS = 100;
const NO_ANSWER = new Uint8Array();

/**
 * What one socket worker has to do with one key: it asks the primary once, however many of its calls have that key. The
 * first of them that still wants to is the one that runs, and the others get its answer from here.
 */
export class KeyClaim {
  readonly #keeper: ClaimKeeper;
  readonly #name: string;
  /** Who waits, in the order they came: nearly always one, for whom a Set would cost more than all the rest. */
  #first: Claimant | undefined;
  #others: Set<Claimant> | undefined;
  #runs = false;
  #detached = false;
  #handingOver = false;

  /** @param name the session and the key, as the bus has it */
  constructor(keeper: ClaimKeeper, name: string, first: Claimant) {
    this.#keeper = keeper;
    this.#name = name;
    this.#first = first;
  }

  join(claimant: Claimant): void {
    this.#others ??= new Set();
    this.#others.add(claimant);
  }

  /** Somebody does not wait any more. */
  leave(claimant: Claimant): void {
    if (this.#first === claimant) this.#first = undefined;
    else this.#others?.delete(claimant);
  }

  /** Takes the one that has waited longest. */
  #next(): Claimant | undefined {
    const next = this.#first ?? this.#others?.values().next().value;
    if (next !== undefined) this.leave(next);
    return next;
  }

  /** The primary's answer, or why there is none. */
  answered(error: AppError | undefined, frame: BusFrame | undefined): void {
    const claim = frame?.data[0];
    if (frame === undefined || claim === undefined || claim === Claim.LATER || claim === Claim.UNAVAILABLE) {
      this.#keeper.over(this.#name);
      const reason = error ?? (claim === Claim.UNAVAILABLE ? new AppError("UNAVAILABLE") : overloaded(RETRY_AFTER_MS));
      for (let next = this.#next(); next !== undefined; next = this.#next()) next.unknown(reason);
    } else if (claim === Claim.RUN) this.#handOver();
    else this.#end(claim as Claim, frame.data[1], frame.data.subarray(2));
  }

  /**
   * The call is over, with an answer of this kind. `settled` is called when whoever asks again gets it, whatever
   * happens here; those who wait here get it then, too.
   */
  settle(kind: typeof Kind.RESULT | typeof Kind.ERROR, answer: Uint8Array, settled: () => void): void {
    const kept = answer.length <= this.#keeper.largestAnswer;
    this.#keeper.tell(this.#name, kept ? settlement(kind, answer) : Uint8Array.of(Claim.NOT_KEPT));
    this.#keeper.whenTold(() => {
      this.#attach();
      settled();
      this.#end(Claim.ANSWERED, kind, answer);
    });
  }

  /** The call is over, and its answer is none that could be given again. */
  forget(): void {
    this.#keeper.tell(this.#name, Uint8Array.of(Claim.NOT_KEPT));
    this.#attach();
    this.#end(Claim.NOT_KEPT, undefined, NO_ANSWER);
  }

  /** The call was refused before it did anything: the next one of its key may run, here or elsewhere. */
  release(): void {
    this.#runs = false;
    this.#attach();
    this.#handOver();
  }

  /** The call goes on without its connection, until one of the above. Returns false where it may not. */
  detach(): boolean {
    this.#detached ||= this.#keeper.detach();
    return this.#detached;
  }

  #attach(): void {
    if (this.#detached) this.#keeper.attach();
    this.#detached = false;
  }

  #handOver(): void {
    // a thousand that are refused at once, one after the other, must not stand on each other's shoulders
    if (this.#handingOver) return;
    this.#handingOver = true;
    while (!this.#runs) {
      const next = this.#next();
      if (next === undefined) {
        this.#keeper.tell(this.#name, Uint8Array.of(Claim.RUN));
        this.#keeper.over(this.#name);
        break;
      }
      this.#runs = true;
      next.claimed(Claim.RUN, undefined, NO_ANSWER);
    }
    this.#handingOver = false;
  }

  #end(claim: Claim, kind: number | undefined, answer: Uint8Array): void {
    this.#keeper.over(this.#name);
    for (let next = this.#next(); next !== undefined; next = this.#next()) next.claimed(claim, kind, answer);
  }
}

function settlement(kind: number, answer: Uint8Array): Uint8Array {
  const data = Buffer.allocUnsafe(2 + answer.length);
  data[0] = Claim.ANSWERED;
  data[1] = kind;
  data.set(answer, 2);
  return data;
}
