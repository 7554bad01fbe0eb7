// Tasks that fail, and that do worse, for tests.
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { AppError } from "fugitive/task";

/** What bundling a task's file makes of its own copy of the class. */
class CopiedAppError extends Error {
  name = "AppError";
  details = { copied: true };
  code = "COPIED";
}

class SpecialError extends AppError {
  constructor() {
    super("SPECIAL", "Of its own kind.", { own: 1 });
    this.name = "SpecialError";
  }
}

const circular = {};
circular.itself = circular;

const THROWN = {
  copied: () => new CopiedAppError("From a copy."),
  special: () => new SpecialError(),
  type: () => new TypeError("secret of the task"),
  caused: () => new Error("outer", { cause: new Error("inner") }),
  circular: () => new AppError("ODD", "With details that do not encode.", circular),
  undefined: () => undefined,
  null: () => null,
  text: () => "just text",
  symbol: () => Symbol("odd"),
  bare: () => Object.create(null),
};

export function throws(what) {
  throw THROWN[what]();
}

export const rejects = async (what) => throws(what);

export const unencodable = () => 2n ** 80n;

export function* unencodableItem(before) {
  for (let item = 0; item < before; item++) yield item;
  yield circular;
}

export function unencodableProgress(before, { progress }) {
  for (let item = 0; item < before; item++) progress(item);
  progress(2n ** 80n);
}

/** Goes on after an item that could not be sent. */
export function forgivingProgress(_input, { progress }) {
  try {
    progress(2n ** 80n);
  } catch (error) {
    progress(error.constructor.name);
  }
  return "end";
}

export const cancelsItself = () => {
  throw new AppError("CANCELLED", "By the task itself.");
};

const never = () => new Promise(() => undefined);

const DEATHS = {
  timer() {
    setTimeout(() => {
      throw new Error("stray");
    });
    return never();
  },
  rejection() {
    void Promise.reject(new Error("nobody cares"));
    return never();
  },
  exit: () => process.exit(3),
  exitZero: () => process.exit(0),
  memory() {
    const kept = [];
    for (;;) kept.push(new Array(100_000).fill(kept.length));
  },
};

/** Dies; tells that it began, and by a log how often. */
export async function die({ how, log, items = 0, onlyOnce = false }, { progress }) {
  if (log !== undefined) appendFileSync(log, ".");
  if (onlyOnce && (await import("node:fs")).readFileSync(log).length > 1) return "alive";
  for (let item = 0; item < items; item++) progress(item);
  // what was sent shall be on its way
  if (items > 0) await delay(50);
  return DEATHS[how]();
}

/** Throws long after it has answered. */
export function dieLater(ms) {
  setTimeout(() => {
    throw new Error("stray");
  }, ms);
  return threadId;
}

export function loop(_input, { progress }) {
  progress(threadId);
  for (;;);
}
