import type { TokenSource } from "./credentials.ts";
import type { ClientMiddleware } from "./middleware.ts";
import type { ClientPlugin } from "./plugin.ts";
import type { ReconnectOptions } from "./reconnect-options.ts";
import type { WebSocketConstructor } from "./web-socket.ts";

export interface ClientOptions {
  /** Whether to dial on first use rather than at once. @default false */
  readonly lazy?: boolean;
  /** How long an answer may take, the wait for a connection included, in milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
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
  /** How many requests may wait for a connection. @default 1_000 */
  readonly queueLimit?: number;
  /** Middleware that sees every message, from the first on. @default none */
  readonly use?: readonly ClientMiddleware[];
  /** Plugins that are set up before the client dials. One that throws lets `connect` throw. @default none */
  readonly plugins?: readonly ClientPlugin[];
  /** The WebSocket to use. @default the platform's; on Node that of the `ws` package */
  readonly webSocket?: WebSocketConstructor;
}

export const DEFAULTS = { timeoutMs: 10_000, connectTimeoutMs: 10_000, queueLimit: 1_000 };

export interface CallOptions {
  /** How long to wait for the answer, in milliseconds; the server is told. @default that of the client */
  readonly timeoutMs?: number;
  /** Cancels the call: the server is told, the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface PublishOptions extends CallOptions {
  /** Whether to wait until the server has the publication, rather than until it is sent. @default true */
  readonly acknowledge?: boolean;
}
