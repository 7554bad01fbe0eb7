import type { Logger } from "../logger.ts";
import { seldom } from "../seldom.ts";

/**
 * Says that a broker does not take what jobs have ended in, and why: now and then, as each of them is tried again until it is
 * taken, and has a place of its consumer meanwhile.
 * @param name of the broker, as the beginning of a sentence
 */
export function refusalLog(log: Pick<Logger, "warn">, name: string): (error: Error) => void {
  return seldom((error: Error) =>
    log.warn({ error }, `${name} does not take what jobs have ended in; they are kept, and it is tried again`),
  );
}
