import { AsyncQueue } from "../shared/async-queue.ts";
import { AppError } from "../shared/errors.ts";
import type { MessageId } from "../shared/message.ts";
import type { Requests } from "./requests.ts";

/** The protocol cannot slow a server down: a reader this many items behind is given up, rather than all memory. */
const STREAM_BUFFER = 100_000;

export interface StreamOptions {
  /**
   * Limit of the whole stream, in milliseconds; the server is told. Without it, the client's default bounds the wait
   * for the first item only.
   */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls a streaming procedure when its first item is asked for. */
export function openStream(
  requests: Requests,
  procedure: string,
  input: unknown,
  options: StreamOptions,
): AsyncGenerator<unknown, unknown, undefined> {
  let id: MessageId | undefined;
  const abandon = (error?: unknown) => {
    if (id !== undefined) requests.abandon(id, error);
  };
  const queue = new AsyncQueue<unknown, unknown>({
    start: () => {
      try {
        id = requests.call(procedure, input, {
          ...options,
          timeoutEndsAtItem: options.timeoutMs === undefined,
          item: (item) => {
            if (queue.size < STREAM_BUFFER) queue.push(item);
            else abandon(new AppError("OVERLOADED", `The stream is ${STREAM_BUFFER} items ahead of its reader.`));
          },
          resolve: (last) => queue.end(last),
          reject: (error) => queue.fail(error),
        });
      } catch (error) {
        queue.fail(error);
      }
    },
    leave: abandon,
  });
  return queue;
}
