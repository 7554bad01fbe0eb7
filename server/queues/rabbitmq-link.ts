import { AmqpRefusal } from "../links/amqp.ts";
import { type AmqpChannel, type Lost, openChannel } from "../links/amqp-channel.ts";
import type { Link } from "../links/lifeline.ts";
import type { RabbitTopology } from "./rabbitmq-topology.ts";
import { Unsure } from "./unsure.ts";

/** A message, and where it goes. */
export interface Letter {
  readonly exchange: string;
  readonly routingKey: string;
  readonly id: string;
  readonly body: Buffer;
  /** 0 and more. */
  readonly priority?: number;
  /** After how long it expires where it waits, in milliseconds. */
  readonly expiration?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As much as RabbitMQ can be told, in milliseconds. */
const MAX_EXPIRATION = 4_294_967_295;

type Declare = (channel: AmqpChannel) => Promise<void>;

/** Publishes jobs and replies on one connection, and makes the queues that they go to. */
export class RabbitLink implements Link {
  readonly channel: AmqpChannel;
  readonly close: () => void;
  /** What was made on this link, or is being made. */
  readonly #declared = new Map<string, Promise<void>>();
  /** Ids of messages that no queue wanted. */
  readonly #returned = new Set<string>();
  readonly #unsure = new Unsure();
  #sent = 0;

  constructor(channel: AmqpChannel, close: () => void) {
    this.channel = channel;
    this.close = close;
    channel.on("basic.return", ({ messageId }) => {
      if (messageId !== undefined) this.#returned.add(messageId);
    });
  }

  /**
   * Publishes for good, into a queue that is there.
   * @param queue its name, and how it is made: once for each link, and again where it turns out to be gone
   * @throws AmqpRefusal where the broker does not take it, or no queue wants it
   */
  async publish(letter: Letter, queue?: { readonly name: string; readonly declare: Declare }): Promise<void> {
    if (queue !== undefined) await this.#declare(queue.name, queue.declare);
    const { exchange, routingKey, id: correlationId, body, priority, expiration, headers } = letter;
    // of this message and no other: several may be about one job
    const messageId = String(++this.#sent);
    const envelope = {
      ...{ exchange, routingKey, messageId, correlationId, durable: true, mandatory: true },
      ...(priority !== undefined && { priority }),
      // what is later than RabbitMQ knows of is left to who takes it
      ...(expiration !== undefined && expiration <= MAX_EXPIRATION && { expiration: String(Math.max(1, expiration)) }),
      ...(headers !== undefined && { headers }),
    };
    await this.channel.basicPublish(envelope, body).catch((error: Error & { code?: string }) => {
      throw error.code === "NACK" ? new AmqpRefusal("RabbitMQ does not take a message") : error;
    });
    // the driver tells of what has come back one turn later than of its confirmation
    await new Promise(setImmediate);
    if (!this.#returned.delete(messageId)) return;
    if (queue !== undefined) this.#declared.delete(queue.name);
    throw new Unroutable(`RabbitMQ has no queue for ${routingKey}`);
  }

  /** Publishes what may be lost: it is where too much is on its way already. */
  tell({ exchange, routingKey, body }: Letter, expiration: number): void {
    if (this.#unsure.isFull) return;
    const arrived = this.channel.basicPublish({ exchange, routingKey, expiration: String(expiration) }, body);
    this.#unsure.sent(body.length, arrived);
  }

  async #declare(name: string, declare: Declare): Promise<void> {
    const declaring = this.#declared.get(name) ?? declare(this.channel);
    this.#declared.set(name, declaring);
    await declaring;
  }
}

/** No queue wants a message. */
export class Unroutable extends AmqpRefusal {}

export function connectRabbit(
  url: string,
  topology: RabbitTopology,
  lost: Lost,
  signal: AbortSignal,
): Promise<RabbitLink> {
  return openChannel(url, lost, signal, async (channel, close) => {
    await topology.declareShared(channel);
    await channel.confirmSelect();
    return new RabbitLink(channel, close);
  });
}
