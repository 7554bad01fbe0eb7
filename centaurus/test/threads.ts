import { onTestFinished } from "vitest";
import { Centaurus } from "../node.ts";
import type { CentaurusOptions } from "../options.ts";

/** What threads run is what the build made. */
const WORKER = new URL("../../dist/centaurus/worker/node.js", import.meta.url);

/** A Centaurus over threads of Node.js, for one test. */
export function threads(options: CentaurusOptions = {}): Centaurus {
  const C = new Centaurus(WORKER, options);
  onTestFinished(() => C.terminate());
  return C;
}

/** A file to load, with this content. */
export function script(content: string): string {
  return `data:text/javascript,${encodeURIComponent(content)}`;
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("It resolved.");
}
