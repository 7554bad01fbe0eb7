import { type AmqpConsumerOptions, type ConsumerLink, consumeAmqp, type Settlement } from "../../links/amqp.ts";
import { Lifeline } from "../../links/lifeline.ts";
import { placeOf } from "../../links/place-of.ts";
import { within } from "../../within.ts";
import type { EventSource, EventSourceHooks, ReadingLimits } from "./event-source.ts";
import { GatewayError } from "./gateway-error.ts";
import { eventOfBody } from "./received-event.ts";

/** A queue of RabbitMQ to read events of, and the exchange to bind it to. */
export type AmqpSourceOptions = Omit<AmqpConsumerOptions, "prefetch">;

/** How long RabbitMQ may take to hear of what is done, in the end. */
const END_MS = 2_000;

/**
 * Reads events of a queue of RabbitMQ. An event whose listeners fail comes once more; if they fail again, it is rejected, and
 * goes where the queue's dead letters go.
 */
export class AmqpEventSource implements EventSource {
  readonly #hooks: EventSourceHooks;
  readonly #queue: string;
  readonly #line: Lifeline<ConsumerLink>;
  #stopped = false;

  constructor(options: AmqpSourceOptions & ReadingLimits, hooks: EventSourceHooks) {
    this.#hooks = hooks;
    this.#queue = options.queue;
    const warn = (fields: unknown, message?: string): void => {
      const { error } = fields as { readonly error?: unknown };
      hooks.failed(new GatewayError("UNREACHABLE", message ?? "", {}, error));
    };
    this.#line = new Lifeline<ConsumerLink>({
      name: `RabbitMQ at ${placeOf(options.url)}`,
      log: { warn, info: () => undefined },
      connect: (lost, signal) => consumeAmqp(options, (...message) => this.#deliver(...message), lost, signal),
      up: () => undefined,
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  async close(): Promise<void> {
    this.stop();
    const link = this.#line.detach();
    await within(link?.end() ?? Promise.resolve(), END_MS, () => new Error("late")).catch(() => undefined);
    link?.close();
  }

  #deliver(body: unknown, again: boolean, settle: (settlement: Settlement) => void): void {
    // it goes back when the link closes
    if (this.#stopped) return;
    const event = eventOfBody(body);
    if (event === undefined) {
      this.#hooks.failed(
        new GatewayError("EVENT", `A message of the queue ${this.#queue} is no event, and is left out`),
      );
      settle("never");
      return;
    }
    const done = (handled: boolean): void => {
      settle(handled ? "done" : again ? "never" : "again");
      if (!handled && again)
        this.#hooks.failed(new GatewayError("EVENT", `Event ${event.seq} of ${event.connection} is given up`));
    };
    this.#hooks.deliver({ event, done });
  }
}
