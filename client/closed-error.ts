import { CloseCode } from "../shared/codes.ts";
import { AppError } from "../shared/errors.ts";
import type { StateReason } from "./link.ts";

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
