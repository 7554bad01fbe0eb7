import { type AmqpLink, type AmqpOptions, AmqpRefusal, connectAmqp } from "../links/amqp.ts";
import { placeOf } from "../links/place-of.ts";
import type { Logger } from "../logger.ts";
import { BufferedSink } from "./buffered-sink.ts";
import type { BufferLimits, QueuedEvent } from "./event-buffer.ts";
import type { EventLink, EventSink, Handover } from "./event-sink.ts";
import type { GatewayEvent } from "./gateway-event.ts";

/** Sends events to an exchange of RabbitMQ: each one a message, durable, whose body is JSON. */
export function amqpSink(options: AmqpOptions, limits: BufferLimits, log: Pick<Logger, "warn" | "info">): EventSink {
  const name = `RabbitMQ at ${placeOf(options.url)}`;
  return new BufferedSink({ name, log, limits }, async (lost, signal) => {
    return new AmqpEventLink(await connectAmqp(options, lost, signal));
  });
}

class AmqpEventLink implements EventLink {
  readonly #link: AmqpLink;

  constructor(link: AmqpLink) {
    this.#link = link;
  }

  async send(batch: readonly QueuedEvent[]): Promise<Handover> {
    const outcomes = await Promise.allSettled(
      batch.map(({ event, name }) => this.#link.publish(name, `${event.connection}-${event.seq}`, bodyOf(event))),
    );
    const confirmed = outcomes.findIndex(({ status }) => status === "rejected");
    const outcome = outcomes[confirmed];
    if (outcome === undefined || outcome.status === "fulfilled") return { confirmed: batch.length };
    const error: unknown = outcome.reason;
    // those behind it may be in the queue already: they are published again, and come in order a second time
    if (error instanceof AmqpRefusal) return { confirmed, refusal: { error, forGood: false } };
    throw error;
  }

  close(): void {
    this.#link.close();
  }
}

/** JSON has no bytes: a binary message is base64, and says so. */
function bodyOf(event: GatewayEvent): Buffer {
  const { connection, action, path, tags, type, message, code, seq, time } = event;
  const binary = type === "binary" && typeof message === "object";
  return Buffer.from(
    JSON.stringify({
      connection,
      action,
      type,
      encoding: binary ? "base64" : undefined,
      message: binary ? message.toString("base64") : message,
      code,
      tags,
      path,
      seq,
      time,
    }),
  );
}
