import type { WebSocketConstructor } from "./web-socket.ts";

export interface ClientOptions {
  /** Whether to dial on first use rather than at once. @default false */
  readonly lazy?: boolean;
  /** How long an answer may take, the wait for a connection included, in milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
  /** How long one attempt to connect may take, in milliseconds. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** How many requests may wait for a connection. @default 1_000 */
  readonly queueLimit?: number;
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

export interface SubscriptionOptions {
  /** How many publications wait for `for await`; beyond that the oldest are dropped. @default 1_000 */
  readonly buffer?: number;
}

export const DEFAULT_BUFFER = 1_000;
