import { cloneable, isCloneable } from "../clone.ts";
import type { Thrown } from "../message.ts";

/** An error has causes, which have causes; where it goes in a circle, it is cut. */
const DEEPEST = 8;
const HIDDEN = ["name", "message", "stack", "cause", "errors"];

/** What was thrown, in a form that can be posted. */
export function packThrown(value: unknown, depth = 0): Thrown {
  if (!(value instanceof Error) || isClonedException(value)) {
    return [undefined, cloneable(value)];
  }
  const { name, message, stack } = value;
  const { cause, errors } = value as { cause?: unknown; errors?: unknown };
  const own = Object.entries(value).filter(([key, property]) => !HIDDEN.includes(key) && isCloneable(property));
  return [
    {
      ...{ name: String(name), message: String(message), stack: String(stack ?? `${name}: ${message}`) },
      properties: Object.fromEntries(own),
      ...(cause !== undefined && depth < DEEPEST && { cause: packThrown(cause, depth + 1) }),
      ...(Array.isArray(errors) && depth < DEEPEST && { errors: errors.map((one) => packThrown(one, depth + 1)) }),
    },
  ];
}

/** A browser clones a DOMException as it is; not so Node.js. */
function isClonedException(value: Error): boolean {
  return value instanceof DOMException && structuredClone(value) instanceof DOMException;
}
