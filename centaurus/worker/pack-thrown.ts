import { cloneable, isCloneable } from "../clone.ts";
import type { Thrown } from "../message.ts";

/** An error has causes, which have causes; where it goes in a circle, it is cut. */
const DEEPEST = 8;
const HIDDEN = ["name", "message", "stack", "cause", "errors"];

/** What was thrown, in a form that can be posted, however odd it is. */
export function packThrown(value: unknown): Thrown {
  try {
    return pack(value, 0);
  } catch {
    return [{ name: "Error", message: "What was thrown cannot be read.", stack: "", properties: {} }];
  }
}

function pack(value: unknown, depth: number): Thrown {
  if (!(value instanceof Error) || isClonedException(value)) return [undefined, cloneable(value)];
  const { message, stack } = value;
  const { cause, errors } = value as { cause?: unknown; errors?: unknown };
  const own = Object.entries(value).filter(([key, property]) => !HIDDEN.includes(key) && isCloneable(property));
  return [
    {
      ...{ name: nameOf(value), message: String(message), stack: String(stack ?? message) },
      properties: Object.fromEntries(own),
      ...(cause !== undefined && depth < DEEPEST && { cause: pack(cause, depth + 1) }),
      ...(Array.isArray(errors) && depth < DEEPEST && { errors: errors.map((one) => pack(one, depth + 1)) }),
    },
  ];
}

/** A browser clones a DOMException as it is; not so Node.js. */
function isClonedException(value: Error): boolean {
  return value instanceof DOMException && structuredClone(value) instanceof DOMException;
}

/** A class that does not say its name itself has that of its constructor. */
function nameOf(error: Error): string {
  const own: unknown = error.constructor?.name;
  return error.name === "Error" && typeof own === "string" && own !== "" ? own : String(error.name);
}
