// Tasks that do what no task should, for tests.
import { setTimeout as delay } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { AppError } from "fugitive/task";

function nested(depth) {
  let value = 0;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

/** A thread's stack may hold more than that of a main thread. */
export const deep = (depth) => nested(depth);

export function deepDetails(depth) {
  throw new AppError("DEEP", "Details of some depth.", nested(depth));
}

export function oddMessage() {
  throw Object.assign(new Error("x"), { name: "AppError", code: "ODD", message: { toString: 1 } });
}

export async function posts(message) {
  parentPort.postMessage(message);
  parentPort.postMessage({ id: 1, bytes: "forged" });
  await delay(5);
  return "posted";
}

/** Something other than an error that nobody catches, while the task runs or after it. */
export async function throwsLater([what, whileItRuns]) {
  const value = { null: null, undefined, text: "text" }[what];
  setTimeout(() => {
    throw value;
  }, 5);
  if (whileItRuns) await delay(60_000);
  return "done";
}

export const echo = (input) => input;

export async function fails() {
  throw new AppError("FAILED", "On purpose.");
}

export async function forever() {
  await delay(60_000);
}

export function* endless() {
  const item = new Uint8Array(64 * 1024);
  for (;;) yield item;
}
