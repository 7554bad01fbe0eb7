import { CloseCode } from "../shared/codes.ts";
import { AppError } from "../shared/errors.ts";
import type { LinkState, StateReason } from "./link.ts";

/** Why everything ends, where the server wants no more connections of this client. */
export function closedError(reason: StateReason): AppError {
  const code =
    reason.code === CloseCode.UNAUTHENTICATED
      ? "UNAUTHENTICATED"
      : reason.code === CloseCode.BANNED
        ? "FORBIDDEN"
        : "UNAVAILABLE";
  return new AppError(code, `The connection was closed for good: ${reason.text}.`);
}

/** Why what was asked on a connection that is gone has no answer: where that is for good, such as a token that is refused. */
export function lostError(state: LinkState, reason: StateReason): AppError {
  if (state === "closed") return closedError(reason);
  return new AppError("UNAVAILABLE", "The connection was lost before the answer came.");
}
