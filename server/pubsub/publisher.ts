import { EncodeError } from "../../shared/budget.ts";
import { AppError } from "../../shared/errors.ts";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { portable } from "../../shared/portable.ts";
import type { SchemaResult } from "../../shared/standard-schema.ts";
import type { Broker, Done, PublishOptions } from "../brokers/broker.ts";
import { refusal } from "../dispatch/procedures.ts";
import type { Counters } from "../metrics.ts";
import type { ChannelRules, PreparedRule } from "./channel-rules.ts";
import { isPattern } from "./patterns.ts";

export interface PublisherServices {
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly pack: Pack;
  readonly counters: Counters;
  /** Told of what went wrong and is no client's fault: a schema or a broker that throws. */
  failed(error: unknown): void;
}

/** What is to be said of a client's publication beside its data. */
export interface FromClient {
  /** Has it made once, however often it is told: a session, a space, and what is unique in it. */
  readonly key?: string | undefined;
  /** Whose it is where what is kept is divided: a network of clients. */
  readonly publisher?: string | undefined;
}

/** Refusals of the application's own publications are all counted, and reported at most this often. */
const REPORT_EVERY_MS = 1_000;

/** The only way to publish. Data is encoded here, once, and travels as bytes from then on. */
export class Publisher {
  readonly #services: PublisherServices;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(services: PublisherServices) {
    this.#services = services;
  }

  /**
   * Publishes for a client, within the channel's rule. `done` hears of the success or of what was wrong.
   */
  publishFromClient(channel: string, data: unknown, done: Done | undefined, from?: FromClient): void {
    try {
      this.#checked(channel, data, this.#services.rules.checkPublish(channel), done, from);
    } catch (error) {
      done?.(this.#asRefusal(error));
    }
  }

  /**
   * Publishes for the application. What the bus refuses, being full or down, is counted and logged.
   * @throws AppError where the channel does not exist, or the data cannot be encoded
   * @throws RangeError where the channel's name is a pattern, empty or too long
   */
  publish(channel: string, data: unknown): void {
    if (isPattern(channel) || channel.length === 0 || channel.length > MAX_NAME_LENGTH) {
      throw new RangeError(`"${channel.slice(0, MAX_NAME_LENGTH)}" is no name of one channel.`);
    }
    this.#send(channel, data, this.#services.rules.of(channel), this.#reportRefusal);
  }

  readonly #reportRefusal: Done = (error) => {
    if (error === undefined) return;
    this.#services.counters.refused++;
    // a bus that is full refuses thousands a second: one line says it
    if (performance.now() - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = performance.now();
    this.#services.failed(error);
  };

  #checked(
    channel: string,
    data: unknown,
    rule: PreparedRule,
    done: Done | undefined,
    from: FromClient | undefined,
  ): void {
    if (rule.data === undefined) {
      this.#send(channel, data, rule, done, from);
      return;
    }
    const result = rule.data["~standard"].validate(data);
    if (result instanceof Promise) {
      result
        .then((later) => this.#sendValid(channel, later, rule, done, from))
        .catch((error: unknown) => done?.(this.#asRefusal(error)));
      return;
    }
    this.#sendValid(channel, result, rule, done, from);
  }

  #sendValid(
    channel: string,
    result: SchemaResult<unknown>,
    rule: PreparedRule,
    done: Done | undefined,
    from: FromClient | undefined,
  ): void {
    if (result.issues !== undefined) throw refusal(result.issues, "data");
    this.#send(channel, result.value, rule, done, from);
  }

  #send(channel: string, data: unknown, rule: PreparedRule, done: Done | undefined, from?: FromClient): void {
    const { broker, pack, counters } = this.#services;
    counters.published++;
    let bytes: Uint8Array;
    try {
      bytes = pack.pack(portable(data));
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error;
      throw new AppError("BAD_REQUEST", error.message);
    }
    const { history: keeping } = rule;
    // nearly always there is nothing to be said of it
    const options: PublishOptions | undefined =
      keeping === undefined && from?.key === undefined ? undefined : { keeping, ...from };
    broker.publish(channel, bytes, done, options);
  }

  /** What a client is told: what was not thrown on purpose is none of its business. */
  #asRefusal(error: unknown): AppError {
    if (error instanceof AppError) return error;
    this.#services.failed(error);
    return new AppError("INTERNAL");
  }
}
