import { AppError } from "../../shared/errors.ts";
import type { Middleware } from "../app.ts";
import type { CallContext } from "./context.ts";

/** What a check says: `false` refuses; `true`, and nothing at all, agree. */
// biome-ignore lint/suspicious/noConfusingVoidType: a check that throws where it minds, and else returns nothing
export type Verdict = boolean | void;

/**
 * Decides whether a call may run: `false` refuses it with FORBIDDEN, an AppError with that. Asked before anything is done
 * for the call; its input is as the client sent it.
 */
export type AuthorizeCall = (context: CallContext) => Verdict | Promise<Verdict>;

/** What stands before a procedure and all of its middleware; undefined where everybody may call it. */
export function guardOf(requireUser: boolean, authorize: AuthorizeCall | undefined): Middleware | undefined {
  if (!requireUser && authorize === undefined) return undefined;
  return function guard(context, next) {
    if (context.connection.system) return next();
    if (requireUser && context.user === undefined) throw refused(context, new AppError("UNAUTHENTICATED"));
    if (authorize === undefined) return next();
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = authorize(context);
    } catch (error) {
      throw refused(context, error);
    }
    if (!isPending(verdict)) {
      check(context, verdict);
      return next();
    }
    return verdict.then(
      (late) => {
        check(context, late);
        return next();
      },
      (error: unknown) => {
        throw refused(context, error);
      },
    );
  };
}

function check(context: CallContext, verdict: Verdict): void {
  if (verdict === false) throw refused(context, new AppError("FORBIDDEN"));
}

/** Nothing has been done for the call: with the same key it may be made again, as by who has logged in meanwhile. */
function refused(context: CallContext, error: unknown): unknown {
  context.refused = true;
  return error;
}

/** Whether the application still thinks about it. */
export function isPending(verdict: Verdict | Promise<Verdict>): verdict is Promise<Verdict> {
  return typeof verdict === "object" && verdict !== null;
}
