import type { AckInfo } from "../shared/message.ts";
import type { TokenSource } from "./credentials.ts";
import type { ClientMiddleware } from "./middleware.ts";
import type { QueuePolicy } from "./offline-queue.ts";
import type { RtcConstructor } from "./peers/rtc.ts";
import type { ClientPlugin } from "./plugin.ts";
import type { ReconnectOptions } from "./reconnect-options.ts";
import type { Tolerance } from "./tolerance.ts";
import type { WebSocketConstructor } from "./web-socket.ts";

/** How a client connects, waits, and comes back; all of it has a default. */
export interface ClientOptions {
  /** Whether to dial on first use rather than at once. @default false */
  readonly lazy?: boolean;
  /**
   * How long one attempt at a call may take, the wait for a connection included, in milliseconds. A call that is not
   * answered at all rejects after `timeoutMs` times `attempts`; what has one attempt only, after `timeoutMs`. What a
   * queue has by then is not bound by it: see `CallOptions.answerMs`.
   * @default 10_000
   */
  readonly timeoutMs?: number;
  /**
   * How often a call may be sent until it is answered: again on a new connection where the answer was lost with the old
   * one, again after `timeoutMs`, and again where the server was too busy. It never runs twice: see `CallOptions.key`.
   * Publications and streams have one attempt. @default 3
   */
  readonly attempts?: number;
  /** When too many attempts run out of time, gives the connection up for a new one. @default never */
  readonly tolerance?: Tolerance;
  /** How long one attempt to connect may take, in milliseconds. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** How the client comes back after a loss. A number that makes no sense is a RangeError. */
  readonly reconnect?: ReconnectOptions;
  /**
   * Says who the client is. A function is asked before the client dials, and what it gives is kept until it expires, is
   * refused, or `reconnect()` is called; shortly before it expires it is asked again, and the server is told on the
   * connection there is. It has `connectTimeoutMs` each time; where it fails, that is an `error` event, and before
   * dialling a failed attempt like any other. A token that is refused (close code 4401) closes the client for good; a
   * function is asked for another one first.
   *
   * @example token: async () => (await fetch("/token")).text()
   */
  readonly token?: TokenSource;
  /** How many requests may wait for a connection; 0: none. @default 1_000 */
  readonly queueLimit?: number;
  /** How many bytes of requests may wait for a connection. @default 8_388_608 */
  readonly queueBytes?: number;
  /**
   * What becomes of requests beyond these limits: the new one rejects with `OVERLOADED`, or the oldest does.
   * @default "refuse"
   */
  readonly queuePolicy?: QueuePolicy;
  /** Middleware that sees every message, from the first on. @default none */
  readonly use?: readonly ClientMiddleware[];
  /** Plugins that are set up before the client dials. One that throws lets `connect` throw. @default none */
  readonly plugins?: readonly ClientPlugin[];
  /** The WebSocket to use. @default the platform's; on Node that of the `ws` package */
  readonly webSocket?: WebSocketConstructor;
  /** WebRTC for `client.peers`, where the platform has none, as Node. @default the platform's `RTCPeerConnection` */
  readonly peers?: { readonly rtc?: RtcConstructor };
}

const DEFAULTS = {
  timeoutMs: 10_000,
  attempts: 3,
  connectTimeoutMs: 10_000,
  queueLimit: 1_000,
  queueBytes: 8_388_608,
  queuePolicy: "refuse",
} as const;

/** Puts the defaults in, also for what is undefined. @throws RangeError where a number makes no sense */
export function clientSettings(options: ClientOptions) {
  const { timeoutMs, attempts, connectTimeoutMs, queueLimit, queueBytes, queuePolicy } = DEFAULTS;
  const settings = {
    timeoutMs: options.timeoutMs ?? timeoutMs,
    attempts: options.attempts ?? attempts,
    connectTimeoutMs: options.connectTimeoutMs ?? connectTimeoutMs,
    queueLimit: options.queueLimit ?? queueLimit,
    queueBytes: options.queueBytes ?? queueBytes,
    queuePolicy: options.queuePolicy ?? queuePolicy,
    tolerance: options.tolerance,
  };
  check("timeoutMs", settings.timeoutMs, settings.timeoutMs > 0);
  check("attempts", settings.attempts, Number.isSafeInteger(settings.attempts) && settings.attempts > 0);
  check("connectTimeoutMs", settings.connectTimeoutMs, settings.connectTimeoutMs > 0);
  check("queueLimit", settings.queueLimit, settings.queueLimit >= 0);
  check("queueBytes", settings.queueBytes, settings.queueBytes >= 0);
  return settings;
}

/** @throws RangeError where a number is no good */
export function check(name: string, value: number, good: boolean): void {
  if (!good) throw new RangeError(`${name} cannot be ${value}.`);
}

/** Of one request. */
export interface RequestOptions {
  /** How long to wait for the answer, in milliseconds. @default that of the client */
  readonly timeoutMs?: number;
  /** Cancels the call: the server is told, the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallOptions extends RequestOptions {
  /**
   * How long to wait for the answer to one attempt, in milliseconds; the server is told how long all of them may take.
   * Where a queue keeps the call, it bounds the wait until the server says so. @default that of the client
   */
  readonly timeoutMs?: number;
  /**
   * How long to wait for the answer, in milliseconds, once a queue has the call: beyond, it ends with `TIMEOUT`, and the
   * server is told. @default Infinity
   */
  readonly answerMs?: number;
  /**
   * Called once, when the server says that a queue has the call: then it outlives this connection, and its worker.
   * What it throws is told as `error`.
   */
  readonly acknowledged?: (info: AckInfo) => void;
  /**
   * Called with what the procedure tells of its progress, before the answer; may miss some of it, and get some twice
   * where the connection is lost. Of a procedure that streams it gets the items. What it throws is told as `error`.
   */
  readonly progress?: (data: unknown) => void;
  /** How often it may be sent. @default that of the client */
  readonly attempts?: number;
  /**
   * What makes a call of its session the same as another one: the server runs the first, and gives its answer to all
   * of them. 1 to 255 characters. @default one of its own for each call that has more than one attempt
   */
  readonly key?: string;
  /** Whether running twice does no harm: it then has no key, and is sent again even to a server that knows nothing of it. @default false */
  readonly idempotent?: boolean;
}

export interface PublishOptions extends RequestOptions {
  /** Whether to wait until the server has the publication, rather than until it is sent. @default true */
  readonly acknowledge?: boolean;
  /**
   * Of publications with the same key in this session, one is made. For what the application itself tries again.
   * @default one of its own, so that it can be sent again after a lost connection; none with `attempts: 1`
   */
  readonly key?: string;
}
