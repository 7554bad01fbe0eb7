import { getPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { createPack } from "../../shared/msgpack-codec.ts";
import { streamOf } from "../../shared/stream-of.ts";
import { FailureKind, failureOf } from "./failure.ts";
import { loadTask } from "./load-task.ts";
import type { Item, KnownSource, Loading, Order, Outcome, ThreadBirth, WarmUp } from "./order.ts";
import { SignalBoard } from "./signal-board.ts";
import { TaskRun } from "./task-run.ts";

// What runs on a compute thread: piscina loads this file there and calls what it exports.

/** Outcomes of more bytes are handed over instead of copied. */
const SMALL = 4 * 1024;

/** How long a thread loads tasks before it takes its first one, in milliseconds. */
const LONGEST_LOAD_MS = 5_000;

const birth = workerData as ThreadBirth;
const board = new SignalBoard(birth.board);
const pack = createPack({ views: true });
const NOTHING = new Uint8Array(0);

/** Tasks that could not be loaded, and why. */
const problems: string[] = [];
/** What is being loaded. */
let loading: KnownSource | undefined;
const loaded = loadAll();

/** Runs an order. Never rejects: whatever goes wrong is an outcome, too. */
export async function runOrder(order: Order): Promise<Outcome> {
  const { id, slot } = order;
  const run = new TaskRun({
    board,
    slot,
    id,
    send(value) {
      const bytes = pack.packAlone(value);
      const { length } = bytes; // nothing is left of them when they are given away
      const item: Item = { id, bytes };
      parentPort?.postMessage(item, [bytes.buffer]);
      return length;
    },
  });
  try {
    // it may have waited for this thread to start
    if (board.isCancelled(slot, id)) return outcome(true, NOTHING, run);
    const task = await loadTask(order.source);
    const input = order.input.length === 0 ? undefined : pack.unpack(order.input);
    const result = await settled(task(input, run), run);
    return outcome(true, result === undefined ? NOTHING : pack.packAlone(result), run);
  } catch (error) {
    return outcome(false, packFailure(error), run);
  } finally {
    run.end();
  }
}

/** Tells how loading went, as far as it has come by then. */
export async function warmUp(): Promise<WarmUp> {
  await loadedOrLate();
  const late = loading === undefined ? [] : [`${shown(loading)}: it has not loaded yet`];
  return { priority: getPriority(), problems: [...problems, ...late] };
}

async function loadAll(): Promise<void> {
  for (const [index, source] of birth.sources.entries()) {
    loading = source;
    const message: Loading = { loading: index };
    parentPort?.postMessage(message);
    try {
      await loadTask(source);
    } catch (error) {
      problems.push(`${shown(source)}: ${error}`);
    }
  }
  loading = undefined;
}

function loadedOrLate(): Promise<void> {
  return Promise.race([loaded, sleep(LONGEST_LOAD_MS, undefined, { ref: false })]);
}

function shown({ name, url }: KnownSource): string {
  return `"${name}" (${url})`;
}

function outcome(done: boolean, bytes: Uint8Array, { items }: TaskRun): Outcome {
  const whole: Outcome = { done, bytes, items };
  if (bytes.length <= SMALL) return whole;
  return move({ [transferableSymbol]: bytes.buffer, [valueSymbol]: whole }) as unknown as Outcome;
}

/** The result itself, the promised one, or what a stream returns in the end, its items sent. */
async function settled(given: unknown, run: TaskRun): Promise<unknown> {
  const result = await given;
  const stream = typeof result === "object" && result !== null ? streamOf(result) : undefined;
  if (stream === undefined) return result;
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return step.value;
    try {
      await run.send(step.value);
    } catch (error) {
      await stream.return?.();
      throw error;
    }
  }
}

function packFailure(error: unknown): Uint8Array {
  try {
    const failure = failureOf(error);
    try {
      return pack.packAlone(failure);
    } catch {
      // the details of an error may be as impossible to encode as a result
      return pack.packAlone(failure.slice(0, 3));
    }
  } catch {
    // what was thrown does not even let itself be looked at
    return pack.packAlone([FailureKind.THROWN, "Error", "a task threw what cannot be shown", ""]);
  }
}

// before piscina calls this thread ready; what cannot be loaded fails again, and says so, where it is called, and what
// takes too long is waited for there: other tasks need not
await loadedOrLate();
