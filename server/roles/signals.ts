import type { Logger } from "../logger.ts";

export interface SignalHooks {
  /** The first SIGTERM or SIGINT: end in order. */
  end(): Promise<void>;
  /** A later one: end now. */
  kill(): void;
  readonly log: Pick<Logger, "info" | "error">;
}

/**
 * Two signals within this time are one, in milliseconds: at Ctrl-C, a terminal sends it to all of its processes, and a
 * package manager among them may pass it on.
 */
const SAME_SIGNAL_MS = 1_000;

/** Ends the process on SIGTERM and SIGINT: cleanly at the first, at once at a later one. @returns what undoes it */
export function endOnSignals({ end, kill, log }: SignalHooks): () => void {
  let endingSince: number | undefined;
  const signal = (name: NodeJS.Signals): void => {
    if (endingSince !== undefined) {
      if (performance.now() - endingSince < SAME_SIGNAL_MS) return;
      kill();
      process.exit(1);
    }
    endingSince = performance.now();
    log.info(`${name}: ending; once more, after a second or later, to end at once`);
    end().then(
      // whatever else keeps this process alive: it was asked to end
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "could not end in order");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", signal);
  process.on("SIGINT", signal);
  return () => {
    process.off("SIGTERM", signal);
    process.off("SIGINT", signal);
  };
}
