import { pbkdf2Sync } from "node:crypto";

/** Keeps a core busy, as a password's hash does. */
export function hash({ iterations }) {
  return pbkdf2Sync("password", "salt", iterations, 64, "sha512");
}
