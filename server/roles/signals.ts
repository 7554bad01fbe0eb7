import type { Logger } from "../logger.ts";

export interface SignalHooks {
  /** The first SIGTERM or SIGINT: end in order. */
  end(): Promise<void>;
  /** The second one: end now. */
  kill(): void;
  readonly log: Logger;
}

/** Ends the process on SIGTERM and SIGINT: cleanly at the first, at once at the second. @returns what undoes it */
export function endOnSignals({ end, kill, log }: SignalHooks): () => void {
  let ending = false;
  const signal = (name: NodeJS.Signals): void => {
    if (ending) {
      kill();
      process.exit(1);
    }
    ending = true;
    log.info(`${name}: ending; once more to end at once`);
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
