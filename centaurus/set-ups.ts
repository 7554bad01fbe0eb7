import type { SetUpStep } from "./message.ts";
import type { SetUp, WebWorker } from "./web-worker-types.ts";

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
      let broken = false;
      // what is loaded because of a failure, and well, is in its place
      const before = step.type === "scripts" ? [...failures.keys()] : [];
      return new Promise((resolve, reject) => {
        const setUp: SetUp = {
          step,
          done(worker, error, answered) {
            // those that start later do it again, and nobody waits for that
            const first = waiting.delete(worker);
            // functions that could not be had tell why not when they are called; the others can be
            const fails = error !== undefined && answered && step.type === "scripts";
            if (first && error !== undefined) reject(error);
            if (fails && !first) worker.end(error as Error, true);
            else if (fails) {
              broken = true;
              if (steps.get(name) === setUp) steps.delete(name);
              failures.set(name, error);
              failed(asked, error);
            } else if (first && waiting.size === 0 && !broken) {
              for (const one of [...before, name]) failures.delete(one);
              // a failure that was told of meanwhile has taken it out
              if (name !== undefined) steps.set(name, setUp);
              resolve();
            }
          },
        };
        for (const worker of workers) worker.setUp(setUp);
        if (workers.length === 0) resolve();
        // functions are those that came last; scripts stay where they are, as later ones build on them
        if (step.type === "functions") steps.delete(name);
        if (name !== undefined) steps.set(name, setUp);
      });
    },
    replay(worker) {
      for (const setUp of steps.values()) worker.setUp(setUp);
    },
    failure: () => failures.values().next().value,
  };
}
