import { randomFillSync } from "node:crypto";

const ID_BYTES = 16;
const POOL_IDS = 128;

const pool = Buffer.allocUnsafeSlow(ID_BYTES * POOL_IDS);
let used = pool.length;

/** An id that nobody else ever has. Random bytes are asked for by the hundred: asking costs more than they do. */
export function createJobId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.toString("base64url", used - ID_BYTES, used);
}
