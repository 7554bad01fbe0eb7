/**
 * Centaurus in Node.js, over threads.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { onAbort } from "../shared/on-abort.ts";
import { createCentaurus } from "./centaurus.ts";
import type { Centaurus as CentaurusOfPages } from "./index.ts";
import { nodeThreads } from "./node-threads.ts";
import type { CentaurusOptions } from "./options.ts";

export * from "./errors.ts";
export type * from "./index.ts";
export { transfer } from "./transfer.ts";

export type Centaurus = CentaurusOfPages;

/**
 * Makes threads, when they are first needed.
 *
 * @param source the file they run; @default Centaurus's own
 * @throws RangeError where a number makes no sense
 */
export const Centaurus = class Centaurus {
  constructor(source: string | URL = new URL("./worker/node.js", import.meta.url), options: CentaurusOptions = {}) {
    const platform = {
      spawn: nodeThreads(source, options.name ?? "centaurus"),
      resolve: (url: string | URL) => new URL(url, pathToFileURL(`${process.cwd()}/`)).href,
      // Node.js warns of a leak from the eleventh listener of a signal on
      onAbort,
    };
    // biome-ignore lint/correctness/noConstructorReturn: a proxy of this
    return createCentaurus(this, platform, options) as Centaurus;
  }
} as unknown as new (
  source?: string | URL,
  options?: CentaurusOptions,
) => Centaurus;
