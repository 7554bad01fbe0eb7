import { Connection } from "rabbitmq-client";
import type { Received } from "./sink-suite.ts";

/** One reader of a RabbitMQ, for a test. */
export class QueueReader {
  readonly #connection: Connection;

  constructor(url: string) {
    this.#connection = new Connection(url);
    this.#connection.on("error", () => undefined);
  }

  /** Makes a queue that gets what an exchange gets. */
  async bind(exchange: string, queue: string, routingKey = "#"): Promise<void> {
    await this.#connection.exchangeDeclare({ exchange, type: "topic", durable: true });
    await this.#connection.queueDeclare({ queue, durable: true });
    await this.#connection.queueBind({ exchange, queue, routingKey });
  }

  /** Takes all messages of a queue, as events, whose names are the routing keys. */
  async take(queue: string): Promise<readonly Received[]> {
    const all: Received[] = [];
    for (;;) {
      const message = await this.#connection.basicGet({ queue, noAck: true });
      if (message === undefined) return all;
      const { encoding, message: data, ...rest } = message.body as Received & { readonly encoding?: string };
      const bytes = encoding === "base64" ? Buffer.from(String(data), "base64") : data;
      all.push({ ...rest, name: message.routingKey, ...(bytes === undefined ? {} : { message: bytes }) });
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
