import { AppError } from "../shared/errors.ts";

/**
 * There is no room now for what somebody wants.
 * @param retryAfterMs how long to wait before the next try, in milliseconds
 * @param text why @default what the code says by itself
 */
export function overloaded(retryAfterMs: number, text?: string): AppError {
  return new AppError("OVERLOADED", text, { retryAfterMs });
}
