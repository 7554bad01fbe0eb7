import type { AppError } from "../../../shared/errors.ts";
import { overloaded } from "../../overloaded.ts";

/** After so long some of them may have been answered, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** A session has as many calls as it may that queues keep. */
export function tooManyCalls(most: number): AppError {
  return overloaded(RETRY_AFTER_MS, `More than ${most} calls of this session wait for their answers.`);
}
