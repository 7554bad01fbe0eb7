import { type Callback, takeCallbacks } from "./callbacks.ts";
import { cloneable, cloneError, isCloneable } from "./clone.ts";
import { CALLED, type CallbackPlace } from "./message.ts";
import { transfersOf } from "./transfer.ts";
import type { WorkerLink } from "./worker-link.ts";

/** The page's functions that a web worker has, and calls by their numbers. */
export interface PageCallbacks {
  /** Keeps the functions that are in a call's parameters, until the web worker has no use for them. */
  take(parameters: readonly unknown[]): { parameters: unknown[]; callbacks: CallbackPlace[] };
  release(callbacks: readonly number[]): void;
  /** The web worker calls one. */
  call(callback: number, id: number, parameters: unknown[]): Promise<void>;
}

export function createPageCallbacks(link: Pick<WorkerLink, "post">): PageCallbacks {
  const kept = new Map<number, Callback>();
  let last = 0;
  return {
    take: (parameters) =>
      takeCallbacks(parameters, (callback) => {
        kept.set(++last, callback);
        return last;
      }),
    release(callbacks) {
      for (const callback of callbacks) kept.delete(callback);
    },
    async call(callback, id, parameters) {
      let value: unknown;
      try {
        value = await kept.get(callback)?.(...parameters);
        link.post([CALLED, id, false, value], transfersOf([value], false));
      } catch (error) {
        const thrown = isCloneable(value) ? error : cloneError("What a callback gave", value, error);
        link.post([CALLED, id, true, cloneable(thrown)]);
      }
    },
  };
}
