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
  /** Refuse who waits for what no web worker does any more, until another one is started. */
  readonly orphans: ReadonlySet<(error: unknown) => void>;
  /** What could not be loaded, and has not been since. */
  failure(): unknown;
}

interface KeptSetUp extends SetUp {
  /** Who waits for it waits for this web worker as well. */
  joins(worker: WebWorker): void;
}

/** @param failed called when something could not be loaded, with what `now` gave when that was asked for */
export function createSetUps<Time>(now: () => Time, failed: (asked: Time, error: unknown) => void): SetUps {
  const steps = new Map<string | undefined, KeptSetUp>();
  const failures = new Map<string | undefined, unknown>();
  const orphans = new Set<(error: unknown) => void>();

  return {
    add(workers, step, name) {
      const waiting = new Set(workers);
      const asked = now();
      let broken = false;
      // what is loaded because of a failure, and well, is in its place
      const before = step.type === "scripts" ? [...failures.keys()] : [];
      let settled = false;
      let did = false;
      return new Promise((resolve, reject) => {
        const refuse = (error: unknown) => {
          settled = true;
          orphans.delete(refuse);
          reject(error);
        };
        const finish = () => {
          if (waiting.size > 0 || broken) return;
          if (!did) {
            orphans.add(refuse);
            return;
          }
          for (const one of [...before, name]) failures.delete(one);
          // a failure that was told of meanwhile has taken it out
          if (name !== undefined) steps.set(name, setUp);
          settled = true;
          resolve();
        };
        const setUp: KeptSetUp = {
          step,
          done(worker, error) {
            // those that start later do it again, and nobody waits for that
            const first = waiting.delete(worker);
            // functions that could not be had tell why not when they are called; the others can be
            const fails = error !== undefined && step.type === "scripts";
            if (first && error !== undefined) refuse(error);
            if (fails && !first) worker.end(error as Error, true);
            else if (fails) {
              broken = true;
              if (steps.get(name) === setUp) steps.delete(name);
              failures.set(name, error);
              failed(asked, error);
            } else if (first) {
              did = true;
              finish();
            }
          },
          lost(worker, error, again) {
            if (!waiting.delete(worker) || settled) return;
            if (again && steps.get(name) === setUp) finish();
            else refuse(error);
          },
          joins(worker) {
            orphans.delete(refuse);
            if (!settled) waiting.add(worker);
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
      for (const setUp of steps.values()) {
        setUp.joins(worker);
        worker.setUp(setUp);
      }
    },
    orphans,
    failure: () => failures.values().next().value,
  };
}
