import { MAX_WINDOW } from "../shared/message.ts";
import { readStream, type Streams } from "../shared/stream-reader.ts";
import type { TakenEcho } from "../shared/stream-window.ts";
import type { Requests } from "./requests.ts";

/** Where no window holds the server back, a reader this many items behind is given up, rather than all memory. */
const STREAM_BUFFER = 100_000;
const WINDOW = 256;

/** Options of a stream. */
export interface StreamOptions {
  /**
   * Limit of the whole stream, in milliseconds; the server is told. Without it, the client's default bounds the wait
   * for the first item only.
   */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * How many items may be on their way to the reader, from 1 to 1,000,000: the server waits when it has sent so many
   * more than the reader has taken. `Infinity` asks for no such thing: a reader 100,000 items behind then throws
   * `OVERLOADED`. @default 256
   */
  readonly window?: number;
}

/** What streams need of a client. */
interface StreamHost {
  readonly requests: Requests;
  readonly streams: Streams;
  pong(echo: TakenEcho): void;
}

/** Calls a streaming procedure when its first item is asked for. */
export function openStream(
  { requests, streams, pong }: StreamHost,
  procedure: string,
  input: unknown,
  { window = WINDOW, ...options }: StreamOptions,
): AsyncGenerator<unknown, unknown, undefined> {
  const told = window === Number.POSITIVE_INFINITY ? undefined : window;
  if (told !== undefined && !(Number.isSafeInteger(told) && told >= 1 && told <= MAX_WINDOW)) {
    throw new RangeError("window must be a whole number from 1 to 1,000,000, or Infinity.");
  }
  return readStream({
    streams,
    limit: Math.max(told ?? 0, STREAM_BUFFER),
    begin: (answers) =>
      requests.call(
        procedure,
        input,
        // "no limit" is nothing to tell
        { timeoutMs: Number.isFinite(options.timeoutMs) ? options.timeoutMs : undefined, window: told },
        { ...options, ...answers, timeoutEndsAtItem: options.timeoutMs === undefined },
      ),
    abandon: (id, error) => requests.abandon(id, error),
    pong,
  });
}
