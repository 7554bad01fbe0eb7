import { ERRORS } from "./errors-by-name.ts";
import type { Thrown } from "./message.ts";

/** An error on its way from a web worker: structured clone loses the class and all but the text of many. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Its own properties, `code` for example, as far as they can be cloned. */
  readonly properties: object;
  /** What stands in properties that are not listed: its cause, and an AggregateError's errors. */
  readonly cause?: Thrown;
  readonly errors?: readonly Thrown[];
}

/** A class of errors that can be told by its name. */
export interface ErrorClass {
  readonly prototype: Error;
  readonly name: string;
}

/** Looks up a class by its name. */
export type ErrorClasses = (name: string) => ErrorClass | undefined;

/** Looks among classes that were given, Centaurus's own, and what JavaScript itself throws. */
export function errorClasses(given: readonly ErrorClass[]): ErrorClasses {
  const native = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError];
  const named = [...native, ...given].map((one) => [one.name, one] as const);
  const all = new Map<string, ErrorClass>([...named, ...Object.entries(ERRORS)]);
  return (name) => all.get(name);
}

/** What was thrown there, to be thrown here. An error of a class that is not known is an Error that keeps its name. */
export function unpackThrown([data, value]: Thrown, classes: ErrorClasses): unknown {
  if (data === undefined) return value;
  const { name, message, stack, properties, cause, errors } = data;
  const error = new Error(message);
  const known = classes(name);
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype);
  // not assigned: a class may have a getter of this name
  const define = (key: string, one: unknown, enumerable = false) =>
    Object.defineProperty(error, key, { value: one, enumerable, writable: true, configurable: true });
  for (const [key, one] of Object.entries(properties)) define(key, one, true);
  define("name", name);
  define("stack", stack);
  if (cause !== undefined) define("cause", unpackThrown(cause, classes));
  if (errors !== undefined)
    define(
      "errors",
      errors.map((one) => unpackThrown(one, classes)),
    );
  return error;
}
