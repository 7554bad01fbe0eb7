import { randomBytes } from "node:crypto";

const PREFIX_BYTES = 6;
/** Characters before the number: those of the bytes, as base64, and a dash. */
const PREFIX_LENGTH = (PREFIX_BYTES * 4) / 3 + 1;

/** Makes ids that are unique in the cluster, each with a number that is larger than those before. */
export function idMaker(): () => string {
  const prefix = `${randomBytes(PREFIX_BYTES).toString("base64url")}-`;
  let last = 0;
  return () => prefix + (++last).toString(36);
}

/** The number in an id: of the connections of one socket worker, the later one has the larger. */
export function numberOf(id: string): number {
  return Number.parseInt(id.slice(PREFIX_LENGTH), 36);
}
