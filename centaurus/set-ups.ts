import type { SetUpStep } from "./message.ts";
import type { SetUp, WebWorker } from "./web-worker.ts";

/** What is done in web workers before calls. */
export interface SetUps {
  /**
   * Has a step done, and waits until all of these have done it.
   *
   * @param name what it is, where it is to be done by those that start later, too: done again, it takes the place of the last
   * time; where it loads something and that fails, it is a failure for as long as it has not been done after all
   */
  add(workers: readonly WebWorker[], step: SetUpStep, name?: string): Promise<void>;
  /** Has one that has just been started do all there is. */
  replay(worker: WebWorker): void;
  /** What could not be loaded, and has not been since. */
  failure(): unknown;
}

/** @param failed called when something could not be loaded, with what `now` gave when that was asked for */
export function createSetUps<Time>(now: () => Time, failed: (asked: Time, error: unknown) => void): SetUps {
  const steps = new Map<string | undefined, SetUp>();
  const failures = new Map<string | undefined, unknown>();

  return {
    add(workers, step, name) {
      const waiting = new Set(workers);
      const asked = now();
      return new Promise((resolve, reject) => {
        const setUp: SetUp = {
          step,
          done(worker, error, answered) {
            // those that start later do it again, and nobody waits for that
            const first = waiting.delete(worker);
            if (error === undefined) {
              if (!first || waiting.size > 0) return;
              failures.delete(name);
              resolve();
              return;
            }
            if (first) reject(error);
            // of functions, those that are good can be called, and the others tell why not
            if (!answered || step.type === "functions") return;
            if (!first) {
              worker.end(error as Error, true);
              return;
            }
            steps.delete(name);
            failures.set(name, error);
            failed(asked, error);
          },
        };
        for (const worker of workers) worker.setUp(setUp);
        steps.delete(name);
        if (name !== undefined) steps.set(name, setUp);
      });
    },
    replay(worker) {
      for (const setUp of steps.values()) worker.setUp(setUp);
    },
    failure: () => failures.values().next().value,
  };
}
