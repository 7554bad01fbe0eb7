import { AppError } from "../shared/errors.ts";
import type { HelperSlot } from "./codec-helper.ts";
import { fetchCode } from "./fetch-code.ts";
import { check } from "./options.ts";
import { isHidden } from "./page-life.ts";
import type { Procedures } from "./procedures.ts";
import type { OffloadOptions } from "./workers/offload-options.ts";
import type { ShareOptions } from "./workers/share-options.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

/** What a client lets web workers do for it. */
export interface WorkersHost {
  readonly slot: HelperSlot;
  readonly procedures: Pick<Procedures, "register">;
  /** Takes what went wrong where nobody waits for it. */
  reportToListeners(error: unknown): void;
}

/** Most clients have no web workers: the code is fetched by those that do. */
const load = fetchCode(() => import("./page-workers.ts"));

/** Offloads once the code is there. @throws RangeError where a number makes no sense */
export function lateOffload(host: WorkersHost, pool: WorkerPool, options: OffloadOptions): () => void {
  checkNumbers(options);
  const failed = (error: unknown) => host.reportToListeners(error);
  let end: (() => void) | undefined = () => {};
  load()
    .then(({ offload }) => {
      if (end !== undefined) end = offload(pool, host.slot, options, failed);
    })
    .catch(failed);
  return () => {
    end?.();
    end = undefined;
  };
}

/** Shares functions, whose first calls wait for the code. @throws Error, RangeError */
export function lateShare(host: WorkersHost, pool: WorkerPool, options: ShareOptions): () => void {
  checkNumbers(options);
  const { functions, prefix = "" } = options;
  const share = load().then(({ createShare }) => createShare(pool, options, { AppError, isHidden }));
  const releases: (() => void)[] = [];
  const end = () => {
    for (const release of releases) release();
    // who calls hears of it where the code could not be loaded
    share.then((one) => one.end()).catch(() => {});
  };
  try {
    for (const name of functions) {
      releases.push(
        host.procedures.register(prefix + name, async (input, { signal }) => (await share).run(name, input, signal)),
      );
    }
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

function checkNumbers(options: object): void {
  for (const [key, value] of Object.entries(options)) {
    if (typeof value === "number") check(key, value, value > 0 || (key === "queue" && value === 0));
  }
}
