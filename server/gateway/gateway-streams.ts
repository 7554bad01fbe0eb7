import type { AmqpOptions } from "../links/amqp.ts";
import { checkAmqpUrl, checkRedisUrl } from "../links/place-of.ts";
import type { Logger } from "../logger.ts";
import { amqpSink } from "./amqp-sink.ts";
import type { BufferLimits } from "./event-buffer.ts";
import type { EventSink, SinkCounters } from "./event-sink.ts";
import { type GatewayAction, gatewayEvent } from "./gateway-event.ts";
import { type JsonValues, type JsonVariables, NO_VALUES } from "./json-variables.ts";
import { type RedisStreamOptions, redisStreamSink } from "./redis-stream-sink.ts";
import { StateMirror, type StateMirrorOptions } from "./state-mirror.ts";
import { compileTemplate, type Template } from "./template.ts";

/** What is the same for all connections of a path. */
export interface GatewayPath {
  readonly path: string;
  /** Names of the tags that ride along with events. */
  readonly streamTags: readonly string[];
  /** Variables for templates, of messages that are JSON: see `compileJsonVariables`. */
  readonly json: JsonVariables;
}

/** A connection, as far as events need it. */
export interface GatewaySource {
  /** No other connection has it, ever: with the numbers of its events it is how back ends find duplicates. */
  readonly id: string;
  readonly path: GatewayPath;
  /** All of its tags. After a change, of the object or of what is in it, `tagged` has to be called. */
  readonly tags: Readonly<Record<string, string>>;
  close(code: number, reason: string): void;
}

export interface GatewayStreamsOptions {
  /** `stream` is a template for the name of the stream. */
  readonly redis?: RedisStreamOptions & { readonly stream: string };
  /** `routingKey` is a template. @default "{path}.{action}" */
  readonly amqp?: AmqpOptions & { readonly routingKey?: string };
  /** What each of the two may have waiting. @default 100_000 events, 64 MiB, "drop-oldest" */
  readonly buffer?: Partial<BufferLimits>;
  readonly mirror?: StateMirrorOptions;
}

/** How many milliseconds `close` takes at most, by default. */
export const GATEWAY_CLOSE_MS = 5_000;
const BUFFER: BufferLimits = { maxEvents: 100_000, maxBytes: 64 * 1024 * 1024, whenFull: "drop-oldest" };
const ROUTING_KEY = "{path}.{action}";
/** As of WebSocket: try again later. */
const OVERLOADED = 1013;

interface Outlet {
  readonly kind: "redis" | "amqp";
  readonly template: Template;
  readonly sink: EventSink;
}

interface SourceState {
  seq: number;
  /** The tags that ride along, url-encoded; undefined where they have changed. */
  tags: string | undefined;
}

/**
 * The way out of a gateway's events, one for each socket worker. Nothing here waits or throws: a broker that is away costs
 * memory up to a bound, and then what `whenFull` says.
 */
export class GatewayStreams {
  readonly #outlets: readonly Outlet[];
  readonly #mirror: StateMirror | undefined;
  readonly #closeWhenFull: boolean;
  readonly #parse: boolean;
  readonly #log: Pick<Logger, "warn" | "info">;
  readonly #states = new Map<GatewaySource, SourceState>();

  /**
   * Begins to connect, and does not wait for it.
   * @throws RangeError where a template cannot be used, and TypeError where a URL cannot
   */
  constructor(options: GatewayStreamsOptions, log: Pick<Logger, "warn" | "info">) {
    const { redis, amqp, mirror } = options;
    const limits = { ...BUFFER, ...options.buffer };
    // first all that may throw: what connects has to be closed
    const stream = redis && compileTemplate(redis.stream);
    const routingKey = amqp && compileTemplate(amqp.routingKey ?? ROUTING_KEY);
    for (const given of [redis, mirror]) if (given !== undefined) checkRedisUrl(given.url);
    if (amqp !== undefined) checkAmqpUrl(amqp.url);
    const outlets: Outlet[] = [];
    if (redis && stream) outlets.push({ kind: "redis", template: stream, sink: redisStreamSink(redis, limits, log) });
    if (amqp && routingKey) outlets.push({ kind: "amqp", template: routingKey, sink: amqpSink(amqp, limits, log) });
    this.#outlets = outlets;
    this.#mirror = mirror && new StateMirror(mirror, log);
    this.#closeWhenFull = limits.whenFull === "close";
    this.#parse = outlets.some(({ template }) => template.jsonNames.length > 0);
    this.#log = log;
  }

  /** A connection is there: the first call of all for it. */
  opened(source: GatewaySource): void {
    const state: SourceState = { seq: 0, tags: undefined };
    this.#states.set(source, state);
    this.#send(source, state, "open", undefined, 0, undefined, NO_VALUES);
    this.#mirror?.opened(source);
  }

  /** It has sent a message; bytes are copied, a text is one that was checked to be UTF-8. */
  message(source: GatewaySource, data: string | ArrayBuffer | Uint8Array, binary: boolean): void {
    const state = this.#states.get(source);
    if (state === undefined) return;
    const message = copied(data, binary);
    const bytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    const json = this.#parse && typeof message === "string" ? source.path.json.read(message) : NO_VALUES;
    this.#send(source, state, "message", message, bytes, undefined, json);
  }

  /** It is gone: the last call of all for it. @param code as of WebSocket */
  closed(source: GatewaySource, code: number): void {
    const state = this.#states.get(source);
    if (state === undefined) return;
    this.#states.delete(source);
    this.#send(source, state, "close", undefined, 0, code, NO_VALUES);
    this.#mirror?.closed(source.id);
  }

  /** A connection of another process is gone, which could not tell that itself. @param code as of WebSocket */
  lost(source: Omit<GatewaySource, "close">, code: number): void {
    // the last of all, whatever the number of those before it
    const state: SourceState = { seq: Number.MAX_SAFE_INTEGER - 1, tags: undefined };
    this.#send({ ...source, close: () => undefined }, state, "close", undefined, 0, code, NO_VALUES);
  }

  /** Its tags are other ones. */
  tagged(source: GatewaySource): void {
    const state = this.#states.get(source);
    if (state === undefined) return;
    state.tags = undefined;
    this.#mirror?.tagged(source.id);
  }

  /** How each of the brokers that there are is. */
  counters(): { readonly redis?: SinkCounters; readonly amqp?: SinkCounters } {
    return Object.fromEntries(this.#outlets.map(({ kind, sink }) => [kind, sink.counters()]));
  }

  /**
   * Hands over what it has, within so many milliseconds, and ends. Connections are to be closed before.
   * @returns how many events were lost, which is logged as well
   */
  async close(limitMs: number = GATEWAY_CLOSE_MS): Promise<number> {
    const closing = this.#outlets.map(({ sink }) => sink.close(limitMs));
    await this.#mirror?.close(limitMs);
    let lost = 0;
    for (const left of await Promise.all(closing)) lost += left;
    if (lost > 0) this.#log.warn({ lost }, "The gateway ends with events that it could not hand over");
    return lost;
  }

  #send(
    source: GatewaySource,
    state: SourceState,
    action: GatewayAction,
    message: string | Buffer | undefined,
    bytes: number,
    code: number | undefined,
    json: JsonValues,
  ): void {
    state.tags ??= ridingAlong(source);
    const from = { connection: source.id, action, path: source.path.path, tags: state.tags, seq: ++state.seq };
    const event = gatewayEvent(from, message, bytes, code);
    let taken = true;
    for (const { template, sink } of this.#outlets) {
      taken = sink.add({ event, name: template.render(event, source.tags, json) }) && taken;
    }
    if (!taken && this.#closeWhenFull && action !== "close") source.close(OVERLOADED, "events cannot be delivered");
  }
}

function copied(data: string | ArrayBuffer | Uint8Array, binary: boolean): string | Buffer {
  if (typeof data === "string") return binary ? Buffer.from(data) : data;
  const view = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
  return binary ? Buffer.from(view) : view.toString();
}

function ridingAlong({ path, tags }: GatewaySource): string {
  const riding = new URLSearchParams();
  for (const name of path.streamTags) if (Object.hasOwn(tags, name)) riding.append(name, tags[name] ?? "");
  return riding.toString();
}
