import type { Logger } from "../logger.ts";

export interface SignalHooks {
  /** The first SIGTERM or SIGINT: end in order. */
  end(): Promise<void>;
  /** A later one: end now. */
  kill(): void;
  /** Ends the process. @default process.exit */
  exit?(code: number): void;
  readonly log: Pick<Logger, "info" | "error">;
}

/**
 * Two signals within this time are one, in milliseconds: at Ctrl-C, a terminal sends it to all of its processes, and a
 * package manager among them may pass it on.
 */
const SAME_SIGNAL_MS = 1_000;

/** Ends the process on SIGTERM and SIGINT: cleanly at the first, at once at a later one. @returns what undoes it */
export function endOnSignals({ end, kill, exit = process.exit, log }: SignalHooks): () => void {
  let endingSince: number | undefined;
  const signal = (name: NodeJS.Signals): void => {
    if (endingSince !== undefined) {
      if (performance.now() - endingSince < SAME_SIGNAL_MS) return;
      kill();
      exit(1);
      return;
    }
    endingSince = performance.now();
    log.info(`${name}: ending; once more, after a second or later, to end at once`);
    end().then(
      // whatever else keeps this process alive: it was asked to end
      () => exit(0),
      (error: unknown) => {
        log.error({ error }, "could not end in order");
        exit(1);
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
