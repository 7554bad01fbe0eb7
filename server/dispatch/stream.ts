import { setImmediate as nextTurn } from "node:timers/promises";
import { Kind } from "../../shared/message.ts";
import type { AnyIterator } from "../../shared/stream-of.ts";
import { StreamWindow } from "../../shared/stream-window.ts";
import { Encoded } from "./encoded.ts";
import type { RunningCall } from "./running-call.ts";

/** Unsent bytes of a connection beyond which its streams wait for the client to read. */
const ENOUGH_UNSENT = 256 * 1024;
/** A generator that never waits is made to, so that others, and its own CANCEL, get their turn. */
const ITEMS_PER_TURN = 64;
/** So many items it may send before it is asked whether the turn is over. */
const FEW = 8;

/**
 * Sends what an iterator yields as CHUNKs and what it returns as the RESULT, no faster than the client reads.
 *
 * @param window most items on their way to the caller's reader; without it, only the connection's buffers bound them
 */
export async function runStream(call: RunningCall, iterator: AnyIterator, window?: number | null): Promise<void> {
  call.stream();
  if (window != null) call.window = new StreamWindow(window);
  try {
    for (let count = 1; call.wanted; count++) {
      const step = await iterator.next();
      // all streams of a connection wake up when it has drained: each has to look again right before it sends
      while (call.wanted && mustWait(call, step)) await reader(call);
      if (!call.wanted) break;
      if (step.done === true) {
        call.resolve(step.value);
        return;
      }
      sendItem(call, step.value);
      // few of each of many streams are many, too
      if (count % ITEMS_PER_TURN === 0 || (count % FEW === 0 && call.turnOver)) await nextTurn();
    }
    await iterator.return?.();
  } catch (error) {
    call.reject(error);
    await release(iterator);
  }
}

function mustWait({ context, window }: RunningCall, step: IteratorResult<unknown>): boolean {
  // the last word takes nothing of the window
  return context.connection.unsent > ENOUGH_UNSENT || (window?.full === true && step.done !== true);
}

/** Waits until the reader has done something, or nobody reads. */
async function reader(call: RunningCall): Promise<void> {
  const { connection, onThread } = call.context;
  // a reader that is slow is not a procedure that is; but a thread must not wait for one for ever
  if (!onThread) call.suspend();
  await new Promise<void>((resolve) => {
    call.wake = resolve;
    if (connection.unsent > ENOUGH_UNSENT) void connection.drain().then(resolve);
  });
  call.wake = undefined;
  call.extend();
}

function sendItem(call: RunningCall, item: unknown): void {
  const { connection, id } = call.context;
  if (item instanceof Encoded) connection.sendEncoded(Kind.CHUNK, id, item);
  else connection.send([Kind.CHUNK, id, item]);
  call.extend();
  const asked = call.window?.sent();
  if (asked !== undefined) connection.send([Kind.PING, ["taken", id, asked]]);
}

/** A chunk that cannot be encoded ends the stream, and its generator should hear of it. */
async function release(iterator: AnyIterator): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // the caller has its error already
  }
}
