import type { Call } from "./call.ts";
import { createFifo } from "./fifo.ts";

/** A stream that has begun. */
export interface RunningStream {
  /** There is room for so many more items. */
  more(count: number): void;
  /** Nobody wants the rest. */
  leave(): void;
}

/** Begins a stream. @throws what the first item is to throw */
export type StreamStart = (ends: Pick<Call, "resolve" | "reject" | "item">) => RunningStream;

type Stream = AsyncGenerator<unknown, unknown, undefined>;

/**
 * A generator's call: its items for who iterates, what it returns for who awaits. Begins when either is asked for.
 *
 * @param window no more items than that are on their way
 * @param call makes the call without items
 */
export function createStreamCall(
  start: StreamStart,
  window: number,
  call: () => Promise<unknown>,
): Stream & PromiseLike<unknown> {
  let running: RunningStream | undefined;
  const items = createFifo<unknown>(() => false);
  let wake: (() => void) | undefined;
  /** How it ends, once the items are read. */
  let end: (() => unknown) | undefined;
  let came = 0;
  let read = 0;
  let allowed = window;
  let last: Promise<unknown> | undefined;

  function ends(how: () => unknown): void {
    end ??= how;
    wake?.();
  }

  async function* iterate(): Stream {
    running = start({
      item(item) {
        items.push(item);
        wake?.();
        return ++came === allowed;
      },
      resolve: (value) => ends(() => value),
      reject: (error) =>
        ends(() => {
          throw error;
        }),
    });
    try {
      for (;;) {
        while (read < came) {
          const item = items.shift();
          const more = ++read + window - allowed;
          if (more * 2 >= window) {
            allowed += more;
            running.more(more);
          }
          yield item;
        }
        if (end !== undefined) return end();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      running.leave();
    }
  }

  /** Reads the rest. */
  async function drain(): Promise<unknown> {
    while ((await stream.next()).done !== true);
    return end?.();
  }

  const stream = iterate();
  const finish = stream.return;
  return Object.assign(stream, {
    return(value: unknown) {
      // a generator would wait for the item that was asked for last
      came = read;
      ends(() => undefined);
      running?.leave();
      return finish.call(stream, value);
    },
    // biome-ignore lint/suspicious/noThenProperty: it is to be awaited
    then<Result, Other>(
      resolve?: ((value: unknown) => Result | PromiseLike<Result>) | null,
      reject?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
    ): Promise<Result | Other> {
      last ??= running === undefined ? call() : drain();
      return last.then(resolve, reject);
    },
  });
}
