const NS_PER_US = 1_000n;
const US_PER_MS = 1_000;
const offset = Number(process.hrtime.bigint() / NS_PER_US) - performance.now() * US_PER_MS;

/** Microseconds of the machine's monotonic clock, which all its processes share. */
export function now(): number {
  return performance.now() * US_PER_MS + offset;
}
