import type { Connection } from "rabbitmq-client";
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

const CONNECT_MS = 5_000;
/** A broker that is silent for twice as long is gone, in seconds. */
const HEARTBEAT = 10;

/**
 * Connects to RabbitMQ. The driver is loaded here, as a server without a gateway does not need it; and it is given up
 * with its first failure instead of coming back by itself, so that nobody publishes into a link that is not there.
 */
export async function connectAmqp(
  options: AmqpOptions,
  lost: (error: Error) => void,
  signal: AbortSignal,
): Promise<AmqpLink> {
  const { Connection } = await import("rabbitmq-client");
  signal.throwIfAborted();
  const connection = new Connection({ url: options.url, connectionTimeout: CONNECT_MS, heartbeat: HEARTBEAT });
  const close = (): void => connection.unsafeDestroy();
  signal.addEventListener("abort", close, { once: true });
  try {
    return await openLink(connection, options, lost);
  } catch (error) {
    close();
    throw error;
  } finally {
    // from here on whoever has the link closes it
    signal.removeEventListener("abort", close);
  }
}

async function openLink(
  connection: Connection,
  { exchange, queue }: AmqpOptions,
  lost: (error: Error) => void,
): Promise<AmqpLink> {
  let failed: ((error: Error) => void) | undefined;
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => undefined);
  const fail = (error: Error): void => {
    failed?.(error);
    lost(error);
    connection.unsafeDestroy();
  };
  connection.on("error", fail);
  const opening = async (): Promise<AmqpLink> => {
    const channel = await connection.acquire({ emitErrorsFromChannel: true });
    channel.on("error", fail);
    channel.on("close", () => fail(new Error("RabbitMQ has closed the channel")));
    await channel.exchangeDeclare({ exchange, type: "topic", durable: true });
    if (queue !== undefined) {
      await channel.queueDeclare({ queue, durable: true });
      await channel.queueBind({ exchange, queue, routingKey: "#" });
    }
    await channel.confirmSelect();
    return {
      close: () => connection.unsafeDestroy(),
      publish(routingKey, messageId, body) {
        const envelope = { exchange, routingKey, messageId, durable: true, contentType: "application/json" };
        return channel.basicPublish(envelope, body).catch((error: Error & { code?: string }) => {
          throw error.code === "NACK" ? new AmqpRefusal("RabbitMQ does not take a message") : error;
        });
      },
    };
  };
  return Promise.race([opening(), failure]);
}
