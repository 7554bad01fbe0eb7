import { inspect } from "node:util";

/** What to tell people of a thread that died, by what piscina has of it. */
export function crashReason(error: unknown): string {
  if (!(error instanceof Error)) return `nobody caught ${inspect(error)}`;
  if ((error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY") {
    return "it ran out of memory (computeMemory)";
  }
  const exit = /exited with code: (-?\d+)/.exec(error.message);
  if (exit !== null) return `it was ended with exit code ${exit[1]}`;
  return `nobody caught an error: ${error.message}`;
}
