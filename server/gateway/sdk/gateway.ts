/**
 * What a back end imports that hears of connections of gateway paths, and answers them.
 *
 * @module fugitive/gateway
 */
import { Emitter } from "../../../shared/emitter.ts";
import { checkAmqpUrl, checkRedisUrl } from "../../links/place-of.ts";
import { within } from "../../within.ts";
import { AmqpEventSource, type AmqpSourceOptions } from "./amqp-event-source.ts";
import { ControlClient, type ControlOptions, type Selector } from "./control-client.ts";
import type { Delivery, EventSource } from "./event-source.ts";
import { GatewayConnection } from "./gateway-connection.ts";
import { GatewayError } from "./gateway-error.ts";
import { Lanes } from "./lanes.ts";
import type { ReceivedEvent } from "./received-event.ts";
import { RedisEventSource, type RedisSourceOptions } from "./redis-event-source.ts";
import { SeenEvents } from "./seen-events.ts";

export type { GatewayErrorCode } from "./gateway-error.ts";
export type { AmqpSourceOptions, ControlOptions, ReceivedEvent, RedisSourceOptions, Selector };
export { GatewayConnection, GatewayError };

/** Where events come from, how many are handled at a time, and where what connections are sent goes. */
export interface GatewayOptions extends ControlOptions {
  /** Read events from Redis Streams. */
  readonly redis?: RedisSourceOptions;
  /** Read events from RabbitMQ. */
  readonly amqp?: AmqpSourceOptions;
  /** Of how many connections events may be handled at the same time. @default 64 */
  readonly concurrency?: number;
  /** How many events may be here and not be handled yet. @default 256 */
  readonly prefetch?: number;
  /** How long `close` waits for listeners, in milliseconds. @default 10_000 */
  readonly closeMs?: number;
}

/** What a listener returns is waited for: only then the event is done, and the next one of the connection comes. */
type Listened = unknown;

/** What a gateway hears of connections. Events of one connection come one after the other, each once its listeners are done. */
export interface GatewayEvents {
  /** A connection has come. */
  open(connection: GatewayConnection, event: ReceivedEvent): Listened;
  /** Its client has sent a message. @param data a text, or bytes */
  message(connection: GatewayConnection, data: string | Uint8Array, event: ReceivedEvent): Listened;
  /** The connection is gone. @param code as of WebSocket */
  close(connection: GatewayConnection, code: number, event: ReceivedEvent): Listened;
  /** Something is wrong, and it goes on all the same. Where nobody listens, it is a warning of the process. */
  error(error: GatewayError): void;
}

const CONCURRENCY = 64;
const PREFETCH = 256;
const CLOSE_MS = 10_000;
/** Of how many open connections the object is kept; the end of one whose process was killed never comes. */
const MAX_CONNECTIONS = 100_000;
/** As of WebSocket: no code came. */
const NO_CODE = 1005;

/**
 * A back end's side of a gateway: events of its connections come from a broker, and what is said to them goes over HTTP.
 *
 * Each event is delivered at least once, those of a connection in order and one after the other. An event is done when all
 * listeners have returned and what they returned has resolved; where one fails, it comes again.
 *
 * @example
 * const gateway = new Gateway({
 *   control: "http://127.0.0.1:8081",
 *   redis: { url: "redis://127.0.0.1", stream: "events", group: "chat", consumer: "chat-1" },
 * });
 * gateway.on("message", async (connection, data) => {
 *   await connection.send(`You said ${data}`);
 * });
 * gateway.listen();
 */
export class Gateway extends Emitter<GatewayEvents> {
  readonly #options: GatewayOptions;
  readonly #control: ControlClient;
  readonly #lanes: Lanes;
  readonly #seen = new SeenEvents();
  readonly #connections = new Map<string, GatewayConnection>();
  #sources: readonly EventSource[] = [];
  #closed: Promise<void> | undefined;
  /** What the listeners of the event that is emitted at the moment have returned. */
  #returned: Promise<unknown>[] = [];

  /** Does nothing yet but look at the options. @throws TypeError where a URL cannot be used */
  constructor(options: GatewayOptions) {
    super();
    if (options.redis !== undefined) checkRedisUrl(options.redis.url);
    if (options.amqp !== undefined) checkAmqpUrl(options.amqp.url);
    this.#options = options;
    this.#control = new ControlClient(options);
    this.#lanes = new Lanes(options.concurrency ?? CONCURRENCY);
  }

  /**
   * Begins to read events: register listeners before. A broker that is not there is waited for, and told of as an "error".
   * @param signal ends it as `close` does
   */
  listen(signal?: AbortSignal): void {
    if (this.#sources.length > 0 || this.#closed !== undefined) throw new Error("A gateway listens once.");
    const { redis, amqp, prefetch = PREFETCH } = this.#options;
    const hooks = {
      deliver: (delivery: Delivery) => this.#lanes.add(delivery.event.connection, () => this.#handle(delivery)),
      failed: (error: GatewayError) => this.#failed(error),
    };
    const sources: EventSource[] = [];
    if (redis !== undefined) sources.push(new RedisEventSource({ ...redis, prefetch }, hooks));
    if (amqp !== undefined) sources.push(new AmqpEventSource({ ...amqp, prefetch }, hooks));
    this.#sources = sources;
    if (signal?.aborted === true) void this.close();
    else signal?.addEventListener("abort", () => void this.close(), { once: true });
  }

  /** Reads no more, waits for listeners, tells the broker what is done, and ends. What is not done comes again elsewhere. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Sends a message, a text or bytes, to all connections that are selected. @returns to how many @throws GatewayError */
  sendTo(selector: Selector, data: string | Uint8Array): Promise<number> {
    return this.#control.post("send", selector, data);
  }

  /** Sets tags of all that are selected; those with an empty value are deleted. @returns of how many @throws GatewayError */
  setTags(selector: Selector, tags: Readonly<Record<string, string>>): Promise<number> {
    return this.#control.post("settags", selector, new URLSearchParams(tags));
  }

  /** Closes all that are selected, after a last message if one is given. @returns how many @throws GatewayError */
  disconnect(selector: Selector, data?: string | Uint8Array): Promise<number> {
    return this.#control.post("close", selector, data);
  }

  protected override returned(event: keyof GatewayEvents, result: unknown): void {
    if (event !== "error") this.#returned.push(Promise.resolve(result));
  }

  async #close(): Promise<void> {
    for (const source of this.#sources) source.stop();
    const limitMs = this.#options.closeMs ?? CLOSE_MS;
    await within(this.#lanes.idle(), limitMs, () => new Error("late")).catch(() => undefined);
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  #handle({ event, done }: Delivery): Promise<void> | undefined {
    const { connection: id, seq } = event;
    if (seq !== undefined && !this.#seen.first(id, seq)) {
      done(true);
      return undefined;
    }
    const over = (failure: { readonly error: unknown } | undefined): void => {
      if (failure === undefined && event.action === "close") this.#connections.delete(id);
      if (failure !== undefined && seq !== undefined) this.#seen.takeBack(id, seq);
      done(failure === undefined);
      if (failure === undefined) return;
      this.#failed(new GatewayError("HANDLER", `A listener of "${event.action}" failed`, {}, failure.error));
    };
    this.#returned = [];
    let thrown: { readonly error: unknown } | undefined;
    try {
      this.#tell(this.#connectionOf(event), event);
    } catch (error) {
      thrown = { error };
    }
    if (this.#returned.length === 0) {
      over(thrown);
      return undefined;
    }
    // all of them, also where one has failed: what goes on is not to go on beside its own repetition
    return Promise.allSettled(this.#returned).then((results) => {
      const rejected = results.find((result) => result.status === "rejected");
      over(thrown ?? (rejected && { error: rejected.reason }));
    });
  }

  #tell(connection: GatewayConnection, event: ReceivedEvent): void {
    if (event.action === "open") this.emit("open", connection, event);
    else if (event.action === "close") this.emit("close", connection, event.code ?? NO_CODE, event);
    else this.emit("message", connection, event.message ?? "", event);
  }

  #connectionOf({ connection: id, path, tags }: ReceivedEvent): GatewayConnection {
    const connection = this.#connections.get(id) ?? new GatewayConnection(id, path, this.#control);
    // in the order of their latest event
    this.#connections.delete(id);
    this.#connections.set(id, connection);
    if (this.#connections.size > MAX_CONNECTIONS) {
      const [oldest = ""] = this.#connections.keys();
      this.#connections.delete(oldest);
    }
    connection.tags = tags;
    return connection;
  }

  #failed(error: GatewayError): void {
    if (!this.has("error")) {
      process.emitWarning(error);
      return;
    }
    try {
      this.emit("error", error);
    } catch (thrown) {
      // a mistake of the listener's, which is not to stop what it was told from within
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}
