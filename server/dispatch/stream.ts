import { setImmediate as nextTurn } from "node:timers/promises";
import { Kind } from "../../shared/message.ts";
import { Encoded } from "./encoded.ts";
import type { RunningCall } from "./running-call.ts";
import type { AnyIterator } from "./stream-of.ts";

/** Unsent bytes of a connection beyond which its streams wait for the client to read. */
const ENOUGH_UNSENT = 256 * 1024;
/** A generator that never waits is made to, so that others, and its own CANCEL, get their turn. */
const ITEMS_PER_TURN = 64;

/** Sends what an iterator yields as CHUNKs and what it returns as the RESULT, no faster than the client reads. */
export async function runStream(call: RunningCall, iterator: AnyIterator): Promise<void> {
  const { context } = call;
  const { connection, id } = context;
  try {
    for (let count = 1; ; count++) {
      const step = await iterator.next();
      // all streams of a connection wake up when it has drained: each has to look again before it sends
      while (connection.unsent > ENOUGH_UNSENT) {
        // a reader that is slow is not a procedure that is; but a thread must not wait for one for ever
        if (!context.onThread) call.suspend();
        await Promise.race([connection.drain(), call.ended]);
        if (call.over || context.aborted !== undefined) break;
        call.extend();
      }
      if (call.over || context.aborted !== undefined) break;
      if (step.done === true) {
        call.resolve(step.value);
        return;
      }
      if (step.value instanceof Encoded) connection.sendEncoded(Kind.CHUNK, id, step.value);
      else connection.send([Kind.CHUNK, id, step.value]);
      call.extend();
      if (count % ITEMS_PER_TURN === 0) await nextTurn();
    }
    await iterator.return?.();
  } catch (error) {
    call.reject(error);
    await release(iterator);
  }
}

/** A chunk that cannot be encoded ends the stream, and its generator should hear of it. */
async function release(iterator: AnyIterator): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // the caller has its error already
  }
}
