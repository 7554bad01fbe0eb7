import { inspect } from "node:util";
import { AppError } from "../../shared/errors.ts";

/** How a task can fail. */
export const FailureKind = {
  /** On purpose, or refused: an {@link AppError}'s code, message and details. */
  PURPOSE: 0,
  /** Something else was thrown: name, message, and the stack with all that belongs to it. */
  THROWN: 1,
  /** Its thread is no more: the reason. Another one might do better. */
  CRASHED: 2,
} as const;

/** Why a task has no result, as it travels from thread to socket worker. */
export type Failure =
  | readonly [typeof FailureKind.PURPOSE, code: string, message: string, details: unknown]
  | readonly [typeof FailureKind.THROWN, name: string, message: string, stack: string]
  | readonly [typeof FailureKind.CRASHED, message: string];

/** What was thrown, ready to travel. */
export function failureOf(error: unknown): Failure {
  if (isAppError(error)) return [FailureKind.PURPOSE, error.code, String(error.message), error.details];
  if (!(error instanceof Error)) return [FailureKind.THROWN, "Error", `a task threw ${inspect(error)}`, ""];
  return [FailureKind.THROWN, String(error.name), String(error.message), inspect(error)];
}

/** The reverse: what the caller's handler throws. */
export function errorOf(failure: Failure): Error {
  if (failure[0] === FailureKind.PURPOSE) return new AppError(failure[1], failure[2], failure[3] ?? undefined);
  if (failure[0] === FailureKind.CRASHED) return new Error(`The task's thread ended: ${failure[1]}`);
  const error = new Error(failure[2]);
  error.name = failure[1];
  // where it was thrown is what whoever reads the log wants to know, not where it arrived
  if (failure[3] !== "") error.stack = failure[3];
  return error;
}

/** A task file may have a copy of the class that is not ours, as where it was bundled. */
function isAppError(error: unknown): error is AppError {
  if (error instanceof AppError) return true;
  return error instanceof Error && error.name === "AppError" && typeof (error as Partial<AppError>).code === "string";
}
