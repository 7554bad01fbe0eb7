/** What to tell people of a thread that died, by the error that piscina has of it. */
export function crashReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return "the task's thread ran out of memory (computeMemory)";
  const exit = /exited with code: (-?\d+)/.exec(message);
  return exit === null ? `the task's thread ended: ${message}` : `the task ended its thread with exit code ${exit[1]}`;
}
