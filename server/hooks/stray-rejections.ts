import type { Logger } from "../logger.ts";

/**
 * Has promises that are rejected, and that nobody looks after, logged: they would end the process, and code beside the
 * application is no reason for that. @returns what ends this
 */
export function logStrayRejections(log: Pick<Logger, "error">): () => void {
  const listener = (error: unknown) => log.error({ error }, "a promise was rejected and nobody cared");
  process.on("unhandledRejection", listener);
  return () => void process.off("unhandledRejection", listener);
}
