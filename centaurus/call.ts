import type { CallExtras } from "./message.ts";
import type { WebWorker } from "./web-worker-types.ts";

/** It was posted to a web worker: it is about to run there, or runs. */
export const POSTED = 1;
/** It has returned a promise there, or streams. */
export const WAITING = 2;
export const OVER = 3;

/** One call of a function in a web worker. */
export interface Call {
  /** Given when it is queued: the later, the higher. */
  id: number;
  readonly name: string;
  /** Gone once nobody needs them any more. */
  parameters: unknown[];
  readonly extras: CallExtras | undefined;
  /** Whether all of its parameters are moved that can be. */
  readonly transfer: boolean | undefined;
  /** Milliseconds from its start, and anew from each item. */
  readonly timeoutMs: number;
  /** The place in the pool that it is for, if it is for one. */
  readonly place: number | undefined;
  /** The web worker that it is in. */
  worker?: WebWorker | undefined;
  /** How far it is in there. */
  at?: typeof POSTED | typeof WAITING | typeof OVER;
  /** Whether its caller has had an answer. What runs on is nobody's. */
  told: boolean;
  /** Whether some of its parameters are in the web worker, and nowhere else. */
  moved: boolean;
  /** Whether the web worker has heard that nobody waits for it. */
  heard: boolean;
  /** Whether its time runs, or has run. */
  began: boolean;
  /** When its time is over, or its grace, by `performance.now()`. */
  dueAt: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** @returns whether the stream now waits for its reader, in whose time that is */
  item?: ((item: unknown) => boolean) | undefined;
  progress?: ((value: unknown) => void) | undefined;
  /** Called when its caller gets an answer. */
  release?: (() => void) | undefined;
  answered?: () => void;
}

/** Gives the caller an answer, unless there was one. */
export function answer(call: Call, how: "resolve" | "reject", value: unknown): void {
  if (call.told) return;
  call.told = true;
  call.parameters = [];
  call.release?.();
  call.answered?.();
  call[how](value);
}
