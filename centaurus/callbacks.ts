import type { CallbackPlace } from "./message.ts";

export type Callback = (...parameters: unknown[]) => unknown;

/** Deeper than this in its parameters, a function is not found. */
const DEEPEST = 4;

/**
 * Takes the functions out of a call's parameters. What may hold one is copied, for it is the caller's.
 *
 * @param keep keeps a function, and gives the number by which the web worker calls it
 */
export function takeCallbacks(
  parameters: readonly unknown[],
  keep: (callback: Callback) => number,
): { parameters: unknown[]; callbacks: CallbackPlace[] } {
  const callbacks: CallbackPlace[] = [];
  const take = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === "function") {
      callbacks.push([path, keep(value as Callback)]);
      return undefined;
    }
    if (path.length > DEEPEST) return value;
    if (Array.isArray(value)) return value.map((part, index) => take(part, [...path, index]));
    if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, take(part, [...path, key])]));
  };
  return { parameters: take(parameters, []) as unknown[], callbacks };
}
