import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { encodeNumbers, readNumber } from "../bus/numbers.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Rate } from "./rate.ts";
import { SharedRate, type SharedRateHost } from "./shared-rate.ts";

/** A user, or an address, and what its connections here have done together. */
export interface Account {
  /** As the primary knows it. */
  readonly name: string;
  connections: number;
  /** By what is limited. */
  readonly rates: Map<string, SharedRate>;
}

/** What a socket worker tells, or asks, of a rate; the frame's channel is whose it is, and which. */
type RateTaking = readonly [count: number, intervalMs: number, burstMs: number];

/** What has been done is told after so many milliseconds: all workers together may do too much for so long. */
const TELL_MS = 20;
/** All that is not worth telling is together this part of a rate. */
const UNTOLD = 1 / 16;
/** How often it is looked who may be forgotten, in milliseconds. */
const LOOK_MS = 1_000;
/** Who may be remembered without having a connection here. */
const MOST_AWAY = 10_000;

/** Users and addresses of one socket worker's connections: what is counted for them in all socket workers together. */
export class Accounts implements SharedRateHost {
  readonly untold: number | undefined;
  readonly #uplink: Uplink;
  /** Names come from outside. */
  readonly #accounts = new Map<string, Account>();
  readonly #rates = new Map<string, SharedRate>();
  /** Those without a connection: who comes back soon shall not find all forgotten. Longest away first. */
  readonly #away = new Set<Account>();
  #owing: SharedRate[] = [];
  #tellTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;

  /** @param workers socket workers of this host; 0 where one process does all */
  constructor(uplink: Uplink, workers: number) {
    this.#uplink = uplink;
    this.untold = workers === 0 ? undefined : UNTOLD / workers;
  }

  /** How many users and addresses are known. */
  get size(): number {
    return this.#accounts.size;
  }

  /** A connection counts for a user, until `leave`. */
  enterUser(user: string): Account {
    return this.enter(`u${user}`);
  }

  /** A connection counts for the network that its address is in, until `leave`. */
  enterNetwork(network: string): Account {
    return this.enter(`i${network}`);
  }

  /** A connection counts for a value of a tag, until `leave`. */
  enterTag(tag: string, value: string): Account {
    return this.enter(`t${tag.length}:${tag}${value}`);
  }

  /** The same, by the name that the primary knows. */
  enter(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = { name, connections: 0, rates: new Map() };
      this.#accounts.set(name, account);
    }
    account.connections++;
    this.#away.delete(account);
    return account;
  }

  leave(account: Account | undefined): void {
    if (account === undefined) return;
    account.connections--;
    if (account.connections > 0) return;
    if (forgettable(account, performance.now())) {
      this.#forget(account);
      return;
    }
    this.#away.add(account);
    const [oldest] = this.#away.size > MOST_AWAY ? this.#away : [];
    if (oldest !== undefined) this.#forget(oldest);
    this.#lookTimer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** What an account has done of something. */
  rate(account: Account, what: string, rate: Rate): SharedRate {
    let shared = account.rates.get(what);
    if (shared === undefined) {
      // a name of ours, told apart from what follows whatever that is
      shared = new SharedRate(`${what.length}:${what}${account.name}`, rate, this);
      account.rates.set(what, shared);
      this.#rates.set(shared.key, shared);
    }
    return shared;
  }

  /** Asks the primary for one: whoever must not be exceeded, not even for a moment, is counted there alone. */
  ask({ key, rate }: SharedRate, answered: (error: Error | undefined, wait: number) => void): void {
    this.#uplink.ask(BusType.RATE_TAKE, key, taking(1, rate), (error, frame) =>
      answered(error, frame === undefined ? 0 : readNumber(frame.data, 0)),
    );
  }

  /** @internal */
  owing(rate: SharedRate): void {
    this.#owing.push(rate);
    this.#tellTimer ??= setTimeout(() => this.#tell(), TELL_MS).unref();
  }

  /** The primary says that it was too much. */
  over({ channel: key, data }: BusFrame): void {
    this.#rates.get(key)?.block(performance.now(), readNumber(data, 0));
  }

  #tell(): void {
    this.#tellTimer = undefined;
    const owing = this.#owing;
    this.#owing = [];
    for (const shared of owing) {
      this.#uplink.tell(BusType.RATE_SPENT, shared.key, taking(shared.owed, shared.rate));
      shared.owed = 0;
    }
  }

  #look(): void {
    const now = performance.now();
    for (const account of this.#away) if (forgettable(account, now)) this.#forget(account);
    if (this.#away.size > 0) return;
    clearInterval(this.#lookTimer);
    this.#lookTimer = undefined;
  }

  #forget(account: Account): void {
    this.#away.delete(account);
    this.#accounts.delete(account.name);
    for (const { key } of account.rates.values()) this.#rates.delete(key);
  }
}

/** What of the bus is about rates. */
export function rateFrames(accounts: () => Accounts) {
  return { [BusType.RATE_OVER]: (frame: BusFrame) => accounts().over(frame) };
}

function taking(count: number, { intervalMs, burstMs }: Rate): Buffer {
  return encodeNumbers([count, intervalMs, burstMs] satisfies RateTaking);
}

function forgettable({ rates }: Account, now: number): boolean {
  for (const rate of rates.values()) if (rate.forgettableAt > now) return false;
  return true;
}
