// Tasks for tests. What runs on a thread is plain JavaScript: Node 20 strips no types there.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isMainThread, threadId } from "node:worker_threads";
import { AppError } from "fugitive/task";

export const echo = (input) => input;

export async function later(input) {
  await delay(1);
  return input;
}

/** What the task sees of its input. */
export const look = (input, context) => ({
  type: Object.prototype.toString.call(input).slice(8, -1),
  parameters: [typeof context.signal.aborted, typeof context.progress],
  main: isMainThread,
});

export const whichThread = () => threadId;

export const results = {
  undefined,
  null: null,
  false: false,
  zero: 0,
  empty: "",
  nothing: new Uint8Array(0),
  text: "ö😀",
  big: 2n ** 63n,
  fraction: 0.1,
  list: [],
  nested: { a: [1, { b: [null, [true]] }], "": { c: "d" } },
};

export const give = (name) => results[name];

/** A date, and bytes, among other things. */
export const rich = () => ({ date: new Date(86_400_000), bytes: Uint8Array.of(1, 2, 255) });

/** Changes each byte in place: the input is the task's own. */
export function flip(bytes) {
  for (let at = 0; at < bytes.length; at++) bytes[at] ^= 0xff;
  return bytes;
}

/** A part of a larger buffer. */
export const part = (bytes) => bytes.subarray(1, -1);

export const sum = ({ left, right }) => left + right;

export function* count(to) {
  for (let item = 0; item < to; item++) yield item;
  return "end";
}

export async function* countLater(to) {
  for (let item = 0; item < to; item++) {
    await delay(1);
    yield item;
  }
  return { to };
}

export function countByProgress(to, { progress }) {
  for (let item = 0; item < to; item++) progress(item);
  return to;
}

export async function* countBothWays(to, { progress }) {
  for (let item = 0; item < to; item += 2) {
    progress(item);
    yield item + 1;
  }
}

/** Items of so many bytes, each of them its own number; tells how many went out. */
export function* bulk({ items, size, log }) {
  for (let item = 0; item < items; item++) {
    if (log !== undefined) appendFileSync(log, ".");
    yield new Uint8Array(size).fill(item);
  }
}

export function bulkByProgress({ items, size, log }, { progress }) {
  for (let item = 0; item < items; item++) {
    if (log !== undefined) appendFileSync(log, ".");
    progress(new Uint8Array(size).fill(item));
  }
}

export function* yields(items) {
  yield* items;
}

export const failAtOnce = ({ code, message, details }) => {
  throw new AppError(code, message, details);
};

export async function* failInTheMiddle(to) {
  for (let item = 0; item < to; item++) yield item;
  throw new AppError("HALFWAY", "No more.", { to });
}

/** Tells that it began, and goes on when the file is there; it does not let anything else run meanwhile. */
export function gate({ log, mark = ".", file }) {
  if (log !== undefined) appendFileSync(log, mark);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file)) Atomics.wait(sleeper, 0, 0, 2);
  if (log !== undefined) appendFileSync(log, mark.toUpperCase());
  return threadId;
}

export const note = ({ log, mark }) => {
  appendFileSync(log, mark);
  return threadId;
};
