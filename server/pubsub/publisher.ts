import { EncodeError } from "../../shared/budget.ts";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { portable } from "../../shared/portable.ts";
import type { SchemaResult } from "../../shared/standard-schema.ts";
import type { ChannelRule } from "../app.ts";
import type { Broker, Done } from "../brokers/broker.ts";
import { refusal } from "../dispatch/procedures.ts";
import type { Counters } from "../metrics.ts";
import type { ChannelRules } from "./channel-rules.ts";
import { isPattern } from "./patterns.ts";

export interface PublisherServices {
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly pack: Pack;
  readonly counters: Counters;
  /** Told of what went wrong and is no client's fault: a schema or a broker that throws. */
  failed(error: unknown): void;
}

/** The only way to publish. Data is encoded here, once, and travels as bytes from then on. */
export class Publisher {
  readonly #services: PublisherServices;

  constructor(services: PublisherServices) {
    this.#services = services;
  }

  /** Publishes for a client, within the channel's rule. `done` hears of the success or of what was wrong. */
  publishFromClient(channel: string, data: unknown, done: Done | undefined): void {
    try {
      this.#checked(channel, data, this.#services.rules.checkPublish(channel), done);
    } catch (error) {
      done?.(this.#asRefusal(error));
    }
  }

  /** Publishes for the application. Throws where the channel does not exist or the data cannot be encoded. */
  publish(channel: string, data: unknown): void {
    if (isPattern(channel)) throw new TypeError(`"${channel}" is a pattern; publish to one channel.`);
    this.#services.rules.of(channel);
    this.#send(channel, data, undefined);
  }

  #checked(channel: string, data: unknown, rule: ChannelRule, done: Done | undefined): void {
    if (rule.data === undefined) {
      this.#send(channel, data, done);
      return;
    }
    const result = rule.data["~standard"].validate(data);
    if (result instanceof Promise) {
      result
        .then((later) => this.#sendValid(channel, later, done))
        .catch((error: unknown) => done?.(this.#asRefusal(error)));
      return;
    }
    this.#sendValid(channel, result, done);
  }

  #sendValid(channel: string, result: SchemaResult<unknown>, done: Done | undefined): void {
    if (result.issues !== undefined) throw refusal(result.issues, "data");
    this.#send(channel, result.value, done);
  }

  #send(channel: string, data: unknown, done: Done | undefined): void {
    const { broker, pack, counters } = this.#services;
    counters.published++;
    let bytes: Uint8Array;
    try {
      bytes = pack.pack(portable(data));
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error;
      throw new AppError("BAD_REQUEST", error.message);
    }
    broker.publish(channel, bytes, done);
  }

  /** What a client is told: what was not thrown on purpose is none of its business. */
  #asRefusal(error: unknown): AppError {
    if (error instanceof AppError) return error;
    this.#services.failed(error);
    return new AppError("INTERNAL");
  }
}
