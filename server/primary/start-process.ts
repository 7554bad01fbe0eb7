/** What a process tells of its end, whether it is forked plainly or by node:cluster. */
interface Child {
  on(event: "error", listener: (error: Error) => void): unknown;
  once(event: "exit", listener: (code: number | null, signal: string | null) => void): unknown;
}

export interface ProcessHooks {
  /** It is no more; `how` is for people. */
  exited(how: string): void;
  /** It never was, for want of memory, processes or descriptors. */
  notStarted(error: Error): void;
}

/**
 * Starts a process. One of the hooks is called, once, and not before this has returned.
 *
 * @param pidOf undefined where there is no process
 * @returns undefined where not even the attempt could be made
 */
export function startProcess<Started extends Child>(
  fork: () => Started,
  pidOf: (child: Started) => number | undefined,
  hooks: ProcessHooks,
): Started | undefined {
  let over = false;
  const once = (end: () => void): void => {
    if (over) return;
    over = true;
    end();
  };
  const notStarted = (error: Error) => once(() => hooks.notStarted(error));
  let child: Started;
  try {
    child = fork();
  } catch (error) {
    // most of what keeps a process from starting is told by an event; want of memory is thrown
    process.nextTick(notStarted, error as Error);
    return undefined;
  }
  child.on("error", (error) => {
    // one that dies while it is being written to exits as well; one that never was does not
    if (pidOf(child) === undefined) notStarted(error);
  });
  child.once("exit", (code, signal) =>
    once(() => hooks.exited(signal === null ? `exit code ${code}` : `signal ${signal}`)),
  );
  return child;
}
