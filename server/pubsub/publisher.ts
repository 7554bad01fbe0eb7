import { AppError } from "../../shared/errors.ts";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { SchemaResult } from "../../shared/standard-schema.ts";
import type { Broker, Done, PublishOptions } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import { asRefusal } from "../dispatch/as-refusal.ts";
import { refusal } from "../dispatch/procedures.ts";
import type { Counters } from "../metrics.ts";
import { packedData } from "../packed-data.ts";
import type { Limiter } from "../rates/limiter.ts";
import type { ChannelRules, PreparedRule } from "./channel-rules.ts";
import { isPattern } from "./patterns.ts";

export interface PublisherServices {
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly pack: Pack;
  readonly counters: Counters;
  readonly limiter: Pick<Limiter, "checkPublication">;
  /** Told of what went wrong and is no client's fault: a schema or a broker that throws. */
  failed(error: unknown): void;
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
   * @param key has the publication made once, however often it is told: a session, a space, and what is unique in it
   */
  publishFromClient(
    connection: Connection,
    channel: string,
    data: unknown,
    done: Done | undefined,
    key?: string,
  ): void {
    try {
      const rule = this.#services.rules.checkPublish(channel);
      const { rateLimit } = rule;
      if (rateLimit !== undefined) this.#services.limiter.checkPublication(connection, rateLimit, done !== undefined);
      this.#checked(channel, data, rule, done, connection, key);
    } catch (error) {
      done?.(asRefusal(error, this.#services.failed));
    }
  }

  /**
   * Publishes for the application. What the bus refuses, being full or down, is counted and logged.
   * @throws AppError where the channel does not exist, or the data cannot be encoded
   * @throws RangeError where the channel's name is a pattern, empty or too long
   */
  publish(channel: string, data: unknown): void {
    checkChannel(channel);
    this.#send(channel, data, this.#services.rules.of(channel), this.#reportRefusal);
  }

  /**
   * Publishes for a back end, which may whatever the application may; what the channel's rule says of the data holds. `done`
   * hears of the success or of what was wrong.
   */
  publishFromBackEnd(channel: string, data: unknown, done: Done): void {
    try {
      checkChannel(channel);
      this.#checked(channel, data, this.#services.rules.of(channel), done, undefined, undefined);
    } catch (error) {
      done(
        asRefusal(
          error instanceof RangeError ? new AppError("BAD_REQUEST", error.message) : error,
          this.#services.failed,
        ),
      );
    }
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
    connection: Connection | undefined,
    key: string | undefined,
  ): void {
    if (rule.data === undefined) {
      this.#send(channel, data, rule, done, connection, key);
      return;
    }
    const result = rule.data["~standard"].validate(data);
    if (result instanceof Promise) {
      result
        .then((later) => this.#sendValid(channel, later, rule, done, connection, key))
        .catch((error: unknown) => done?.(asRefusal(error, this.#services.failed)));
      return;
    }
    this.#sendValid(channel, result, rule, done, connection, key);
  }

  #sendValid(
    channel: string,
    result: SchemaResult<unknown>,
    rule: PreparedRule,
    done: Done | undefined,
    connection: Connection | undefined,
    key: string | undefined,
  ): void {
    if (result.issues !== undefined) throw refusal(result.issues, "data");
    this.#send(channel, result.value, rule, done, connection, key);
  }

  /** @param connection whose client publishes; undefined where it is the application */
  #send(
    channel: string,
    data: unknown,
    rule: PreparedRule,
    done: Done | undefined,
    connection?: Connection,
    key?: string,
  ): void {
    const { broker, pack, counters } = this.#services;
    counters.published++;
    const bytes = packedData(data, pack);
    const { history: keeping } = rule;
    // nearly always there is nothing to be said of it
    const options: PublishOptions | undefined =
      keeping === undefined && key === undefined ? undefined : { keeping, key, publisher: connection?.network };
    broker.publish(channel, bytes, done, options);
  }
}

function checkChannel(channel: string): void {
  if (isPattern(channel) || channel.length === 0 || channel.length > MAX_NAME_LENGTH) {
    throw new RangeError(`"${channel.slice(0, MAX_NAME_LENGTH)}" is no name of one channel.`);
  }
}
