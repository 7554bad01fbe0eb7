import type { Callback } from "../callbacks.ts";
import type { CallbackPlace } from "../message.ts";

/** Puts functions where the page has taken them from. */
export function putCallbacks(
  parameters: unknown[],
  callbacks: readonly CallbackPlace[],
  make: (callback: number) => Callback,
): void {
  for (const [path, callback] of callbacks) {
    const last = path[path.length - 1] as string;
    let holder = parameters as unknown as Record<string, unknown>;
    for (const key of path.slice(0, -1)) holder = holder[key as string] as Record<string, unknown>;
    // not assigned: it may be called `__proto__`
    Object.defineProperty(holder, last, {
      value: make(callback),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}
