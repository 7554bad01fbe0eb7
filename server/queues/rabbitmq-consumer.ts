import { type AmqpChannel, type Lost, openChannel } from "../links/amqp-channel.ts";
import type { Link } from "../links/lifeline.ts";
import type { RabbitTopology } from "./rabbitmq-topology.ts";

/** A message that was delivered, until it is let go of. */
export interface Held {
  readonly body: unknown;
  /** The same as bytes: text and JSON are decoded by the driver, so that they are written anew. */
  bytes(): Buffer;
  /** Whether it was delivered before; and how often, where the queue counts that. */
  readonly again: boolean;
  readonly deliveries: number | undefined;
  /** @returns whether RabbitMQ hears of it: not where the link that it came on is gone */
  ack(): boolean;
  /** It is to be delivered again. */
  putBack(): void;
}

export interface ConsumedQueue {
  readonly queue: string;
  readonly deliver: (held: Held) => void;
}

export interface RabbitConsumerLink extends Link {
  /** Nothing more is delivered. */
  stop(): Promise<void>;
  /** Closes it when RabbitMQ has heard of all that was let go of. */
  end(): Promise<void>;
}

export interface RabbitConsumerOptions {
  readonly url: string;
  readonly topology: RabbitTopology;
  /** Makes the queues. */
  readonly declare: (channel: AmqpChannel) => Promise<void>;
  readonly queues: readonly ConsumedQueue[];
  /** How many messages may be held, of all queues together or of each. */
  readonly prefetch: number;
  readonly together: boolean;
}

/** Consumes several queues on one connection. What is held when that breaks is delivered again. */
export function consumeRabbit(
  options: RabbitConsumerOptions,
  lost: Lost,
  signal: AbortSignal,
): Promise<RabbitConsumerLink> {
  const { url, topology, declare, queues, prefetch, together } = options;
  return openChannel(url, lost, signal, async (channel, close) => {
    await topology.declareShared(channel);
    await declare(channel);
    await channel.basicQos({ prefetchCount: prefetch, global: together });
    channel.on("basic.cancel", () => lost(new Error("RabbitMQ has deleted a queue")));
    const tags: string[] = [];
    for (const { queue, deliver } of queues) {
      const { consumerTag } = await channel.basicConsume({ queue }, ({ body, redelivered, deliveryTag, headers }) => {
        const count: unknown = headers?.["x-delivery-count"];
        deliver({
          body,
          bytes: () => bytesOf(body),
          again: redelivered,
          deliveries: typeof count === "number" ? count : undefined,
          ack() {
            if (channel.active) channel.basicAck({ deliveryTag });
            return channel.active;
          },
          putBack() {
            if (channel.active) channel.basicNack({ deliveryTag, requeue: true });
          },
        });
      });
      tags.push(consumerTag);
    }
    return {
      close,
      end: () => channel.close(),
      async stop() {
        await Promise.all(tags.map((tag) => channel.basicCancel(tag)));
      },
    };
  });
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
