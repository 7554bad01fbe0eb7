import { pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const DEFAULT_ITERATIONS = 100_000;
const SALT_BYTES = 16;
const HASH_BYTES = 64;

const derive = promisify(pbkdf2);

/** Derives a key from a password with PBKDF2-HMAC-SHA512 (RFC 8018), off the event loop. Salt and hash are hex. */
export async function hashPassword(password: string, iterations = DEFAULT_ITERATIONS) {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, iterations, HASH_BYTES, "sha512");
  return { salt: salt.toString("hex"), hash: hash.toString("hex") };
}
