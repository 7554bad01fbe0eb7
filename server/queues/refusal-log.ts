import type { Logger } from "../logger.ts";

const EVERY_MS = 10_000;

/**
 * Says that a broker does not take what jobs have ended in, and why: now and then, as each of them is tried again until it is
 * taken, and has a place of its consumer meanwhile.
 * @param name of the broker, as the beginning of a sentence
 */
export function refusalLog(log: Pick<Logger, "warn">, name: string): (error: Error) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - saidAt < EVERY_MS) return;
    saidAt = now;
    log.warn({ error }, `${name} does not take what jobs have ended in; they are kept, and it is tried again`);
  };
}
