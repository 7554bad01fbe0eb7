import { MAX_NAME_LENGTH } from "../shared/message.ts";

/**
 * Looks at a name, or a tag, that the application gives.
 * @param what it names, as the beginning of a sentence
 * @param least characters that it has to have @default 1
 * @throws RangeError where it is none
 */
export function checkName(name: string, what: string, least = 1): string {
  if (typeof name === "string" && name.length >= least && name.length <= MAX_NAME_LENGTH) return name;
  throw new RangeError(`${what} must be a string of ${least} to ${MAX_NAME_LENGTH} characters.`);
}
