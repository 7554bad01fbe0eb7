import { type Lost, openChannel } from "./amqp-channel.ts";
import type { Link } from "./lifeline.ts";

/** Where events go at RabbitMQ, and where they come from. */
export interface AmqpOptions {
  /** Such as `amqp://user:password@host:5672/vhost`, or `amqps:` for TLS. */
  readonly url: string;
  /** A topic exchange; it is made where there is none, durable. */
  readonly exchange: string;
  /** A durable queue that is made and gets all of it. Without one, whoever reads binds one. */
  readonly queue?: string;
}

/** One connection to RabbitMQ. When it breaks it is gone, with all that was published and not confirmed. */
export interface AmqpLink extends Link {
  /**
   * Publishes, durably. Calls keep their order. Resolves when the broker has it for good.
   * @throws AmqpRefusal where the broker answers that it does not take it, and other errors where the link is lost
   */
  publish(routingKey: string, id: string, body: Buffer): Promise<void>;
}

/** The broker does not take a message, for now; the link itself is well. */
export class AmqpRefusal extends Error {
  override readonly name = "AmqpRefusal";
}

/** What becomes of a message that was consumed. */
export type Settlement = "done" | "again" | "never";

export interface AmqpConsumerOptions {
  readonly url: string;
  /** A queue that there is; or with `exchange`, one that is made, durable, where there is none. */
  readonly queue: string;
  /** A topic exchange to which the queue is bound. */
  readonly exchange?: string;
  /** Which routing keys it gets. @default "#", which is all */
  readonly binding?: string;
  /** Whether only one of the queue's consumers gets messages at a time; only where the queue is made. @default false */
  readonly single?: boolean;
  /** How many messages may be there and not be settled. */
  readonly prefetch: number;
}

/** One connection to RabbitMQ that consumes. */
export interface ConsumerLink extends Link {
  /** Closes it when the broker has heard of all that was settled. */
  end(): Promise<void>;
}

/** Gets messages. @param again whether it was delivered before @param settle to be called once; it never throws */
export type Consume = (body: unknown, again: boolean, settle: (settlement: Settlement) => void) => void;

/**
 * Connects to RabbitMQ, to publish. The driver is loaded here, as a server without a gateway does not need it; and it is
 * given up with its first failure instead of coming back by itself, so that nobody publishes into a link that is not
 * there.
 */
export function connectAmqp(options: AmqpOptions, lost: Lost, signal: AbortSignal): Promise<AmqpLink> {
  const { url, exchange, queue } = options;
  return openChannel(url, lost, signal, async (channel, close) => {
    await channel.exchangeDeclare({ exchange, type: "topic", durable: true });
    if (queue !== undefined) {
      await channel.queueDeclare({ queue, durable: true });
      await channel.queueBind({ exchange, queue, routingKey: "#" });
    }
    await channel.confirmSelect();
    return {
      close,
      publish(routingKey, messageId, body) {
        const envelope = { exchange, routingKey, messageId, durable: true, contentType: "application/json" };
        return channel.basicPublish(envelope, body).catch((error: Error & { code?: string }) => {
          throw error.code === "NACK" ? new AmqpRefusal("RabbitMQ does not take a message") : error;
        });
      },
    };
  });
}

/** Connects to RabbitMQ, to consume. What is not settled when the link breaks is delivered again. */
export function consumeAmqp(
  options: AmqpConsumerOptions,
  consume: Consume,
  lost: Lost,
  signal: AbortSignal,
): Promise<ConsumerLink> {
  const { url, queue, exchange, binding = "#", single = false, prefetch } = options;
  return openChannel(url, lost, signal, async (channel, close) => {
    if (exchange === undefined) await channel.queueDeclare({ queue, passive: true });
    else {
      await channel.exchangeDeclare({ exchange, type: "topic", durable: true });
      await channel.queueDeclare({
        queue,
        durable: true,
        ...(single ? { arguments: { "x-single-active-consumer": true } } : {}),
      });
      await channel.queueBind({ exchange, queue, routingKey: binding });
    }
    await channel.basicQos({ prefetchCount: prefetch });
    channel.on("basic.cancel", () => lost(new Error(`RabbitMQ has deleted the queue ${queue}`)));
    await channel.basicConsume({ queue }, ({ body, redelivered, deliveryTag }) => {
      consume(body, redelivered, (settlement) => {
        if (!channel.active) return;
        if (settlement === "done") channel.basicAck({ deliveryTag });
        else channel.basicNack({ deliveryTag, requeue: settlement === "again" });
      });
    });
    return { close, end: () => channel.close() };
  });
}
