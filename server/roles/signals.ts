import { isatty } from "node:tty";
import type { Logger } from "../logger.ts";

export interface SignalHooks {
  /** The first SIGTERM or SIGINT: end in order. */
  end(): Promise<void>;
  /** A later one: end now. */
  kill(): void;
  /** SIGHUP of somebody who has no terminal, or whose terminal is still there. */
  reload(): void;
  /** Whether standard input is a terminal that is there. @default asks the system */
  atTerminal?(): boolean;
  /** Ends the process. @default process.exit */
  exit?(code: number): void;
  /** Ends it where its terminal is gone. @default by SIGKILL: {@link die} */
  exitWithoutTerminal?(): void;
  readonly log: Pick<Logger, "info" | "error">;
}

/**
 * Two signals within this time are one, in milliseconds: at Ctrl-C, a terminal sends it to all of its processes, and a
 * package manager among them may pass it on.
 */
const SAME_SIGNAL_MS = 1_000;
const STDIN = 0;

/**
 * Ends the process on SIGTERM and SIGINT: cleanly at the first, at once at a later one. SIGHUP is for `reload`, but where
 * the terminal is gone that this process was started at: that is what SIGHUP once meant, and it ends then.
 * @returns what undoes it
 */
export function endOnSignals(hooks: SignalHooks): () => void {
  const { end, kill, reload, atTerminal = () => isatty(STDIN), log } = hooks;
  const hadTerminal = atTerminal();
  const isGone = () => hadTerminal && !atTerminal();
  const exit = (code: number): void => {
    if (isGone()) (hooks.exitWithoutTerminal ?? die)();
    else (hooks.exit ?? process.exit)(code);
  };
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
  const hangup = (): void => {
    // both the system and a shell may tell that the terminal is gone, and not in the same moment
    if (endingSince !== undefined) return;
    // Windows sends it when the console closes, and waits for nobody
    if (isGone() || process.platform === "win32") signal("SIGHUP");
    else reload();
  };
  process.on("SIGTERM", signal);
  process.on("SIGINT", signal);
  process.on("SIGHUP", hangup);
  return () => {
    process.off("SIGTERM", signal);
    process.off("SIGINT", signal);
    process.off("SIGHUP", hangup);
  };
}

/**
 * Ends this process without a word: at an orderly exit Node.js sets the terminal that it was started at to what it was,
 * and aborts where that is gone.
 */
export function die(): void {
  process.kill(process.pid, "SIGKILL");
}
