import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import { type ClientMessage, type HelloMessage, Kind } from "../../shared/message.ts";
import { readId } from "../../shared/validate-message.ts";
import type { Config } from "../config.ts";
import type { Connection } from "../connection/connection.ts";
import type { Logger } from "../logger.ts";
import type { CallTimes } from "../metrics/call-times.ts";
import type { Counters } from "../metrics.ts";
import type { Accounts } from "./accounts.ts";
import { Bucket } from "./bucket.ts";
import type { ConnectionRates } from "./connection-rates.ts";
import { exemptAddresses } from "./exempt-addresses.ts";
import { burstOf, type Rate } from "./rate.ts";
import { RateBook } from "./rate-book.ts";
import { type Rates, ratesOf } from "./rate-options.ts";
import type { RateRule } from "./rate-rule.ts";

export interface LimiterOptions {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly counters: Counters;
  readonly log: Pick<Logger, "warn">;
  /** Bytes that came out of inflating beyond those that went in, since the last time. */
  inflated(): number;
  /** Looks at the clock for a frame, and remembers when that was for who times its calls. */
  readonly clock: Pick<CallTimes, "begin">;
}

/** A message that is refused costs so many: who goes on though refused is soon a flood. */
const REFUSED = 10;
/** Bytes cost when they come, whatever becomes of them: who sends this part more than may come at once is closed. */
const MOST_DEBT = 0.25;
/** What checking a token may cost, in calls. */
const AUTH = 100;
/** Who only says HELLO and answers heartbeats, so often in each, is not counted: most connections are idle, and there are many. */
const UNCOUNTED = 4;
/** A frame of fewer bytes is not counted as such before there is something else to count. */
const SMALL = 1_024;
/** Floods are all counted, and logged at most this often. */
const REPORT_EVERY_MS = 1_000;
const TEXT = "Too many requests; wait before the next.";

/** Holds what clients do against the rates of the configuration and of the application. */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #rates: Rates;
  readonly #accounts: Accounts;
  readonly #book: RateBook;
  readonly #maxChannels: number;
  readonly #on: boolean;
  /** The time of the frame at hand: reading the clock for each message of a batch would cost more than all the rest. */
  #now = -0.5;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LimiterOptions) {
    const { config, accounts } = options;
    this.#options = options;
    this.#rates = ratesOf(config);
    this.#on = Object.values(this.#rates).some((rate) => rate !== undefined);
    this.#accounts = accounts;
    this.#book = new RateBook(this.#accounts, this.#rates, exemptAddresses(config.exemptIps));
    this.#maxChannels = config.maxChannels;
  }

  /** A frame came, of so many bytes; 0 for one of the WebSocket protocol's own. Its messages are asked for one by one. */
  received(connection: Connection, bytes: number): void {
    if (!this.#on) return;
    if (connection.rates === undefined && bytes < SMALL && (bytes > 0 || connection.uncounted++ < UNCOUNTED)) return;
    this.#now = this.#options.clock.begin();
    const rates = this.#book.of(connection);
    if (bytes === 0) {
      if (rates.messages !== undefined && rates.messages.take(this.#now) > 0) this.#flooded(connection);
    } else if (rates.bytes !== undefined) {
      // what has come has cost what it costs: it is refused only where more had come before
      rates.bytesWait = rates.bytes.take(this.#now, 0);
      rates.bytes.charge(this.#now, bytes + this.#options.inflated());
      if (rates.bytesWait > 0 && rates.bytes.debt(this.#now) >= MOST_DEBT) this.#flooded(connection);
    }
  }

  /** Whether a message is to be done. Where not, its sender has been told. */
  admits(connection: Connection, message: ClientMessage): boolean {
    if (!this.#on) return true;
    // what this side has asked for may come as fast as it can
    const kind = message[0];
    if (kind === Kind.CHUNK || kind === Kind.RESULT || kind === Kind.ERROR) return true;
    if (connection.rates === undefined) {
      if (isIdle(message) && connection.uncounted++ < UNCOUNTED) return true;
      this.#now = this.#options.clock.begin();
    }
    const rates = this.#book.of(connection);
    if (rates.messages !== undefined && rates.messages.take(this.#now) > 0) {
      this.#flooded(connection);
      return false;
    }
    const wait = this.#waitFor(connection, rates, message);
    if (wait === 0) return true;
    // nothing refuses a HELLO but the end of its connection
    if (kind === Kind.HELLO) connection.close(CloseCode.TRY_LATER);
    else this.refuse(connection, readId(message), wait);
    return false;
  }

  /** A message came that is none of the protocol, or an answer that nobody had asked for. Whoever sends too many is closed. */
  counts(connection: Connection): void {
    if (!this.#on) return;
    const { messages } = this.#book.of(connection);
    if (messages !== undefined && messages.take(this.#now) > 0) this.#flooded(connection);
  }

  /** Takes one of what a rule limits by connection. @returns 0, or after how many milliseconds there is one */
  take(connection: Connection, rule: RateRule): number {
    return this.#book.of(connection).take(rule, performance.now());
  }

  /**
   * Asks for one of what a rule limits for a user or an address; the primary knows. `answered` hears how long to wait, or
   * why that cannot be known now; at once where it is known here that there is none.
   */
  ask(connection: Connection, rule: RateRule, answered: (error: Error | undefined, wait: number) => void): void {
    const shared = this.#book.shared(connection, rule);
    const known = shared.refusal(performance.now());
    if (known > 0) {
      answered(undefined, known);
      return;
    }
    this.#accounts.ask(shared, (error, wait) => {
      if (wait > 0) shared.block(performance.now(), wait);
      answered(error, wait);
    });
  }

  /** Holds a publication against the rule of its channel. @param heard whether its sender is told @throws AppError */
  checkPublication(connection: Connection, rule: RateRule, heard: boolean): void {
    const now = performance.now();
    const wait =
      rule.by === "connection"
        ? this.#book.of(connection).take(rule, now)
        : this.#book.shared(connection, rule).take(now);
    if (wait === 0) return;
    this.#count(connection, heard);
    throw rateLimited(wait);
  }

  /** Refuses a request. @param id null where no answer is wanted */
  refuse(connection: Connection, id: number | null, retryAfterMs: number): void {
    this.#count(connection, id !== null);
    // without an error object: making one costs more than all that was saved
    if (id !== null) connection.send([Kind.ERROR, id, "RATE_LIMITED", TEXT, { retryAfterMs }]);
  }

  /** Counts what somebody else refuses. */
  refused(connection: Connection): void {
    this.#count(connection, true);
  }

  /** A connection is gone. */
  left(connection: Connection): void {
    this.#book.left(connection);
  }

  #waitFor(connection: Connection, rates: ConnectionRates, message: ClientMessage): number {
    const { call, publish, subscribe } = this.#rates;
    switch (message[0]) {
      case Kind.CALL:
        if (call !== undefined) rates.calls ??= new Bucket(call);
        return this.#takeAll(connection, rates, rates.calls, 1);
      case Kind.PUBLISH:
        if (publish !== undefined) rates.publications ??= new Bucket(publish);
        return this.#takeAll(connection, rates, rates.publications, 1);
      case Kind.SUBSCRIBE:
        if (subscribe !== undefined) rates.subscriptions ??= new Bucket(subscribe);
        return this.#takeAll(connection, rates, rates.subscriptions, 1);
      case Kind.AUTH:
        if (call !== undefined) rates.calls ??= new Bucket(call);
        return this.#takeAll(connection, rates, rates.calls, atMost(call, AUTH));
      case Kind.HELLO:
        return this.#takeAll(connection, rates, undefined, this.#channelsOf(message));
      default:
        return 0;
    }
  }

  /** Takes so many requests of a connection, its user and its address. */
  #takeAll(connection: Connection, rates: ConnectionRates, bucket: Bucket | undefined, count: number): number {
    const now = this.#now;
    if (rates.bytesWait > 0) return rates.bytesWait;
    let wait = bucket === undefined ? 0 : bucket.take(now, count);
    if (wait > 0) return wait;
    this.#book.lookAtUser(connection, rates);
    if (rates.userRate !== undefined) {
      wait = rates.userRate.take(now, atMost(this.#rates.user, count));
      if (wait > 0) return wait;
    }
    return rates.address === undefined ? 0 : rates.address.take(now, atMost(this.#rates.ip, count));
  }

  /** To how many channels a HELLO wants to be subscribed. */
  #channelsOf([, options]: HelloMessage): number {
    const channels = (options as HelloMessage[1] | null | undefined)?.resume?.channels;
    return channels == null ? 1 : 1 + Math.min(this.#maxChannels, Object.keys(channels).length);
  }

  #count(connection: Connection, heard: boolean): void {
    if (heard) this.#options.counters.rateLimited++;
    else this.#options.counters.dropped++;
    // where that is too much, the next message tells; by one clock, or it would tell of what is between two
    this.#book.of(connection).messages?.charge(this.#now, REFUSED - 1);
  }

  #flooded(connection: Connection): void {
    if (!connection.open) return;
    const { counters, log } = this.#options;
    counters.flooded++;
    connection.close(CloseCode.FLOODING);
    if (this.#now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = this.#now;
    const { id, address, user } = connection;
    log.warn({ connection: id, address, user }, "a connection was closed for flooding");
  }
}

/** What a caller is told. */
export function rateLimited(retryAfterMs: number): AppError {
  return new AppError("RATE_LIMITED", TEXT, { retryAfterMs });
}

/** Whether that is all that an idle connection says. */
function isIdle([kind, options]: ClientMessage): boolean {
  if (kind !== Kind.HELLO) return kind === Kind.PONG;
  return (options as HelloMessage[1] | null | undefined)?.resume?.channels == null;
}

/** More than may come at once never would. */
function atMost(rate: Rate | undefined, count: number): number {
  return rate === undefined || count === 1 ? count : Math.min(count, burstOf(rate));
}
