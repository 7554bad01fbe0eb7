import type { Middleware } from "../app.ts";
import type { CallContext } from "./context.ts";

/** Runs a call to its result: a value, a promise, or a generator. */
export type Run = (context: CallContext) => unknown;

/**
 * Puts middleware around a procedure, the first one outermost, once at start-up. Calls without middleware cost
 * nothing for it, and nothing here makes a promise of what is none.
 */
export function compose(middleware: readonly Middleware[], innermost: Run): Run {
  return middleware.reduceRight<Run>(
    (inner, outer) =>
      function withMiddleware(context) {
        let called = false;
        return outer(context, () => {
          if (called) throw new Error(`The middleware ${outer.name || "(anonymous)"} called next() twice.`);
          called = true;
          return inner(context);
        });
      },
    innermost,
  );
}
