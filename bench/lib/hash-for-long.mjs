import { pbkdf2Sync } from "node:crypto";

/** Keeps a core busy, as a password's hash does, in the process that is asked. */
export function hashForLong({ iterations }) {
  return pbkdf2Sync("password", "salt", iterations, 64, "sha512").toString("base64");
}
