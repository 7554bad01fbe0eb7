import { isObject, kindOf, partsOf } from "./clone.ts";
import type { Movable } from "./platform-types.ts";

/** What goes along with values, by value. Not state of this module's own: an entry lives as long as its value. */
const TRANSFERS = new WeakMap<object, readonly Movable[]>();
const KINDS =
  /^(ArrayBuffer|ImageBitmap|OffscreenCanvas|(Readable|Writable|Transform)Stream|VideoFrame|AudioData|RTCDataChannel)$/;

/**
 * Says that a parameter, or what a function gives, is to be moved rather than copied: it is gone from this side then.
 *
 * @param what is to be moved; @default all in `value` that can be
 * @returns the value itself
 * @example await C.blur(transfer(pixels));
 */
export function transfer<Value>(value: Value, what: readonly Movable[] = transferablesIn([value])): Value {
  if (isObject(value)) TRANSFERS.set(value, what);
  return value;
}

/** What was said to be moved along with these values, or, where `all` is asked for, what could be. */
export function transfersOf(values: readonly unknown[], all: boolean | undefined): Movable[] {
  if (all === true) return transferablesIn(values);
  let found: Movable[] = [];
  for (const value of values) {
    const list = isObject(value) && TRANSFERS.get(value);
    if (!list) continue;
    found = [...found, ...list];
    // it was said of this one time
    TRANSFERS.delete(value as object);
  }
  return [...new Set(found)];
}

/** All in some values that can be moved. */
export function transferablesIn(values: readonly unknown[]): Movable[] {
  const seen = new Set<unknown>();
  const look = (value: unknown): void => {
    if (!isObject(value) || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) look(value.buffer);
    for (const [, part] of partsOf(value)) look(part);
  };
  values.forEach(look);
  return [...seen].filter((value): value is Movable => value instanceof MessagePort || KINDS.test(kindOf(value)));
}
