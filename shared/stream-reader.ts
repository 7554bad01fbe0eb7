import { AsyncQueue } from "./async-queue.ts";
import { AppError } from "./errors.ts";
import type { MessageId } from "./message.ts";
import type { PendingCall } from "./pending-calls.ts";
import { isTaken, type TakenEcho } from "./stream-window.ts";

/** Streams that are being read, by the id of their call; each takes the counts it is asked about. */
export type Streams = Map<unknown, (count: unknown) => boolean>;

export interface StreamReaderOptions {
  readonly streams: Streams;
  /** So many items wait for the reader at most; one more, and the stream is given up. */
  readonly limit: number;
  /** Makes the call; what it throws is what the first item throws. */
  begin(answers: Required<Pick<PendingCall, "item" | "resolve" | "reject">>): MessageId;
  /** Nobody wants the rest. */
  abandon(id: MessageId, error: unknown): void;
  /** Answers a PING about this stream. */
  pong(echo: TakenEcho): void;
}

/**
 * Reads a stream, which is called when its first item is asked for. A PING that asks how far the reader is waits in
 * here until the reader is there.
 */
export function readStream(options: StreamReaderOptions): AsyncGenerator<unknown, unknown, undefined> {
  const { streams, limit, begin, abandon, pong } = options;
  let id: MessageId | undefined;
  let received = 0;
  let over = false;
  /** Counts asked about that the reader has not come to, rising. */
  let asked: number[] = [];
  const finish = () => {
    over = true;
    streams.delete(id);
    const unanswered = asked;
    asked = [];
    // after a CANCEL, where one follows: else more would be sent for nothing
    queueMicrotask(() => {
      for (const count of unanswered) pong(["taken", id as MessageId, count]);
    });
  };
  const leave = (error?: unknown) => {
    if (id !== undefined) abandon(id, error);
  };
  const queue = new AsyncQueue<unknown, unknown>({
    start() {
      try {
        id = begin({
          item(item) {
            received++;
            if (queue.size < limit) queue.push(item);
            else leave(new AppError("OVERLOADED", `The stream is ${limit} items ahead of its reader.`));
          },
          resolve(last) {
            queue.end(last);
            finish();
          },
          reject(error) {
            queue.fail(error);
            finish();
          },
        });
      } catch (error) {
        queue.fail(error);
      }
      if (id === undefined || over) return;
      streams.set(id, (count) => {
        // whole numbers, rising: no more of them than items
        if (typeof count !== "number" || !Number.isInteger(count) || count > received) return false;
        if (count <= (asked.at(-1) ?? received - queue.size)) return false;
        asked.push(count);
        return true;
      });
    },
    taken() {
      const count = asked[0];
      if (count === undefined || received - queue.size < count) return;
      asked.shift();
      pong(["taken", id as MessageId, count]);
    },
    leave,
  });
  return queue;
}

/** Whether a PING's echo is for a stream to answer, later. */
export function holdsPing(streams: Streams, echo: unknown): boolean {
  return isTaken(echo) && streams.get(echo[1])?.(echo[2]) === true;
}
