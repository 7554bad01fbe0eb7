import { randomBytes } from "node:crypto";

const BYTES = 9;

/** The identity of a history that begins. */
export function newEpoch(): string {
  return randomBytes(BYTES).toString("base64url");
}
