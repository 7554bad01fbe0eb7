import type { RawMessage } from "../../test/raw-client.ts";

/** Of each answer the code of its error, or that there is none. */
export function codes(answers: readonly unknown[]): unknown[] {
  return answers.map((answer) => ((answer as RawMessage)[0] === 4 ? (answer as RawMessage)[2] : "done"));
}
