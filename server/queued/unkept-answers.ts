import { errorAnswer, withoutChange } from "./answer.ts";

/** What whoever asks for an answer gets that was not kept, as there was no room. */
export const NOT_KEPT = errorAnswer("CONFLICT", "The call has been carried out; its answer was not kept.");
/** What is kept in place of an answer that is too large to be. */
export const TOO_LARGE = errorAnswer("TOO_LARGE", "The call has been carried out; its answer is too large to be kept.");

/** Whether an answer is one of these, whatever it changes of the session. */
export function isUnkept(answer: Uint8Array): boolean {
  const plain = withoutChange(answer);
  return NOT_KEPT.equals(plain) || TOO_LARGE.equals(plain);
}
