import { randomFillSync } from "node:crypto";

const pool = Buffer.allocUnsafeSlow(4_096);
let used = pool.length;

/**
 * Text that nobody guesses, and nobody else ever gets. Random bytes are asked for by the thousand: asking costs more than
 * they do, and would leave a buffer behind each time.
 * @param bytes how much randomness is in it, at most 4096 @returns base64url, a third longer
 */
export function randomText(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const from = used;
  used += bytes;
  const text = pool.toString("base64url", from, used);
  // what was given to somebody is not kept
  pool.fill(0, from, used);
  return text;
}
