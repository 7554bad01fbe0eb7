import type { AmqpChannel } from "../links/amqp-channel.ts";
import { DEAD_LETTERS } from "./dead-letters.ts";
import { PRIORITIES } from "./job.ts";

export interface TopologyOptions {
  readonly name: string;
  readonly quorum: boolean;
  readonly hostGoneMs: number;
}

/** What there is at RabbitMQ, by name. All who use it declare it alike, and what is there already stays. */
export class RabbitTopology {
  readonly jobs: string;
  readonly dead: string;
  readonly expired: string;
  readonly replies: string;
  readonly #options: TopologyOptions;
  readonly #type: Record<string, unknown>;

  constructor(options: TopologyOptions) {
    const { name, quorum } = options;
    this.#options = options;
    this.jobs = `${name}.jobs`;
    this.dead = `${name}.dead`;
    this.expired = `${name}.expired`;
    this.replies = `${name}.replies`;
    this.#type = quorum ? { "x-queue-type": "quorum" } : {};
  }

  /** The queue of a procedure's jobs. */
  queueOf(group: string, procedure: string): string {
    return `${this.jobs}.${group}.${procedure}`;
  }

  /** The queue of what is for a host, and its routing key. */
  repliesOf(host: string): string {
    return `${this.replies}.${host}`;
  }

  retry(delayMs: number): string {
    return `${this.#options.name}.retry.${delayMs}`;
  }

  async declareShared(channel: AmqpChannel): Promise<void> {
    for (const exchange of [this.jobs, this.dead, this.expired]) {
      await channel.exchangeDeclare({ exchange, type: "topic", durable: true });
    }
    await channel.exchangeDeclare({ exchange: this.replies, type: "direct", durable: true });
    const bounded = { "x-max-length": DEAD_LETTERS, "x-overflow": "drop-head" };
    await this.#queue(channel, this.dead, this.dead, "#", bounded);
    await this.#queue(channel, this.expired, this.expired, "#");
    await this.#queue(channel, this.replies, this.replies, this.replies);
  }

  async declareJobs(channel: AmqpChannel, group: string, procedure: string): Promise<void> {
    // what expires there, whether anybody consumes or not, is told to who consumes replies
    const expiring = { "x-dead-letter-exchange": this.expired };
    const urgent = this.#options.quorum ? {} : { "x-max-priority": PRIORITIES.length - 1 };
    const queue = this.queueOf(group, procedure);
    await this.#queue(channel, queue, this.jobs, `${group}.${procedure}`, { ...expiring, ...urgent });
  }

  /**
   * One queue for each delay: RabbitMQ looks for what is over at the head of a queue only. They stay: one that expired would
   * do so with what waits in it.
   */
  async declareRetry(channel: AmqpChannel, delayMs: number): Promise<void> {
    const exchange = this.retry(delayMs);
    await channel.exchangeDeclare({ exchange, type: "topic", durable: true });
    await this.#queue(channel, exchange, exchange, "#", {
      "x-message-ttl": delayMs,
      "x-dead-letter-exchange": this.jobs,
    });
  }

  async declareHost(channel: AmqpChannel, host: string): Promise<void> {
    const queue = this.repliesOf(host);
    await this.#queue(channel, queue, this.replies, queue, { "x-expires": this.#options.hostGoneMs });
  }

  async #queue(
    channel: AmqpChannel,
    queue: string,
    exchange: string,
    routingKey: string,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    await channel.queueDeclare({ queue, durable: true, arguments: { ...this.#type, ...more } });
    await channel.queueBind({ queue, exchange, routingKey });
  }
}
