import { vi } from "vitest";

/**
 * How long a test waits for what must come, in milliseconds. It tells what hangs, not what is slow: many processes start
 * beside a test, on a machine that may be busy with other things too.
 */
export const LIMIT_MS = 30_000;

/** Waits until a condition holds, and fails with what it says where it never does. Gives what the check gives. */
export function eventually<Found>(check: () => Found | Promise<Found>): Promise<Found> {
  return vi.waitFor(check, { timeout: LIMIT_MS, interval: 25 });
}
