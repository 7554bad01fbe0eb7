/**
 * Centaurus: functions of a page's that run in web workers.
 *
 * @module fugitive/centaurus
 */
import { browserWorkers, type WorkerSource } from "./browser-worker.ts";
import { type CentaurusOf, createCentaurus } from "./centaurus.ts";
import type { CentaurusOptions } from "./options.ts";
import type { UnknownFunctions } from "./types.ts";

export type { TrustedScriptUrl, WorkerSource } from "./browser-worker.ts";
export type { CentaurusCore, CentaurusOf, RegisterOptions, ScriptSource } from "./centaurus.ts";
export type { ErrorClass } from "./error-data.ts";
export * from "./errors.ts";
export type { CallOptions, CentaurusOptions } from "./options.ts";
export { transfer } from "./transfer.ts";
export type { CallScope, Registered, StreamCall, WorkerFunction } from "./types.ts";

/** Functions of a page's that run in web workers. `Known` is what is known of them. */
export type Centaurus<Known = UnknownFunctions> = CentaurusOf<Known>;

/**
 * Makes web workers, when they are first needed.
 *
 * @param source the address of `centaurus.worker.js`, of the page's own origin; @default "/centaurus.worker.js"
 * @throws RangeError where a number makes no sense
 * @example
 * const C = new Centaurus("/centaurus.worker.js");
 * C.registerFunctions({ add: (resolve, reject, a, b) => resolve(a + b) });
 * C.add(1, 2).then((sum) => console.log(sum));
 */
export const Centaurus = class Centaurus {
  constructor(source: WorkerSource = "/centaurus.worker.js", options: CentaurusOptions = {}) {
    const platform = {
      spawn: browserWorkers(source, { type: options.type ?? "classic", name: options.name ?? "centaurus" }),
      resolve: (url: string | URL) => new URL(url, globalThis.document?.baseURI ?? location.href).href,
      onAbort(signal: AbortSignal, listener: () => void) {
        signal.addEventListener("abort", listener);
        return () => signal.removeEventListener("abort", listener);
      },
    };
    // biome-ignore lint/correctness/noConstructorReturn: a proxy of this
    return createCentaurus(this, platform, options) as Centaurus;
  }
} as unknown as new (
  source?: WorkerSource,
  options?: CentaurusOptions,
) => Centaurus;
