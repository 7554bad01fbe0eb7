import { setImmediate as nextTurn } from "node:timers/promises";
import { Kind } from "../../shared/message.ts";
import type { RunningCall } from "./running-call.ts";

/** Unsent bytes of a connection beyond which its streams wait for the client to read. */
const ENOUGH_UNSENT = 256 * 1024;
/** A generator that never waits is made to, so that others, and its own CANCEL, get their turn. */
const ITEMS_PER_TURN = 64;

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** The iterator of a streaming result, or undefined where a result is a plain value. Arrays and Maps are plain values. */
export function streamOf(result: object): AnyIterator | undefined {
  const asynchronous = (result as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator];
  if (typeof asynchronous === "function") return asynchronous.call(result);
  const generator = result as Partial<Generator<unknown>>;
  if (typeof generator.next === "function" && typeof generator[Symbol.iterator] === "function") {
    return generator as Generator<unknown>;
  }
  return undefined;
}

/** Sends what an iterator yields as CHUNKs and what it returns as the RESULT, no faster than the client reads. */
export async function runStream(call: RunningCall, iterator: AnyIterator): Promise<void> {
  const { context } = call;
  const { connection, id } = context;
  try {
    for (let count = 1; ; count++) {
      const step = await iterator.next();
      // all streams of a connection wake up when it has drained: each has to look again before it sends
      while (connection.unsent > ENOUGH_UNSENT) {
        call.suspend(); // a reader that is slow is not a procedure that is
        await Promise.race([connection.drain(), call.ended]);
        if (call.over || context.aborted !== undefined) break;
        call.extend();
      }
      if (call.over || context.aborted !== undefined) break;
      if (step.done === true) {
        call.resolve(step.value);
        return;
      }
      connection.send([Kind.CHUNK, id, step.value]);
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
