// Tasks that run until nobody waits for them any more, for tests. Each tells by an item that it has begun.
import { pbkdf2Sync } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";

/** Creates its log as well when it begins. */
export async function listens({ log }, { signal, progress }) {
  writeFileSync(log, "");
  progress(threadId);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  appendFileSync(log, `${signal.aborted} ${signal.reason.name} ${signal.reason.code}`);
}

/** Hands its signal to what waits. */
export async function waits({ log }, { signal, progress }) {
  progress(threadId);
  await delay(60_000, undefined, { signal }).catch((error) => appendFileSync(log, error.name));
}

/** Hands a signal that depends on its own to what waits. */
export async function waitsForAny({ log }, { signal, progress }) {
  progress(threadId);
  const any = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  await delay(60_000, undefined, { signal: any }).catch((error) => appendFileSync(log, error.name));
}

export function asks({ log }, { signal, progress }) {
  progress(threadId);
  while (!signal.aborted);
  appendFileSync(log, `${signal.aborted} ${signal.reason.code}`);
}

export function asksAndThrows({ log }, { signal, progress }) {
  progress(threadId);
  try {
    for (;;) signal.throwIfAborted();
  } catch (error) {
    appendFileSync(log, `${error.name} ${error.code}`);
    throw error;
  }
}

export function progresses({ log, size = 0 }, { progress }) {
  try {
    for (;;) progress(size === 0 ? threadId : new Uint8Array(size));
  } catch (error) {
    appendFileSync(log, `${error.name} ${error.code}`);
    throw error;
  }
}

export function* generates({ log, size = 0 }) {
  try {
    for (;;) yield size === 0 ? threadId : new Uint8Array(size);
  } finally {
    appendFileSync(log, "left");
  }
}

export async function* generatesLater({ log }) {
  try {
    for (;;) {
      yield threadId;
      await delay(1);
    }
  } finally {
    appendFileSync(log, "left");
  }
}

/** Heeds nothing. */
export function spins(_input, { progress }) {
  progress(threadId);
  for (;;);
}

/** Heeds nothing either, but lets others run. */
export async function sleeps(_input, { progress }) {
  progress(threadId);
  await new Promise(() => setTimeout(() => undefined, 60_000));
}

/** Is in native code for a second or two, which nothing ends, and where it could tell nothing: the log does. */
export function hashes({ log }) {
  appendFileSync(log, ".");
  pbkdf2Sync("password", "salt", 2_000_000, 64, "sha512");
}
