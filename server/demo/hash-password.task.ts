import { pbkdf2Sync, randomBytes } from "node:crypto";

const DEFAULT_ITERATIONS = 100_000;
const SALT_BYTES = 16;
const HASH_BYTES = 64;

/** Derives a key from a password with PBKDF2-HMAC-SHA512 (RFC 8018): work for a thread. Salt and hash are hex. */
export function hashPassword({ password, iterations = DEFAULT_ITERATIONS }: PasswordToHash): HashedPassword {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, iterations, HASH_BYTES, "sha512");
  return { salt: salt.toString("hex"), hash: hash.toString("hex") };
}

export interface PasswordToHash {
  readonly password: string;
  readonly iterations?: number | undefined;
}

export interface HashedPassword {
  readonly salt: string;
  readonly hash: string;
}
