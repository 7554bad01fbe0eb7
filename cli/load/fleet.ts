import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { deferred } from "../../client/deferred.ts";
import { packageUrl } from "../../server/http/package-file.ts";
import { StartError } from "../../server/start-error.ts";
import { now } from "./clock.ts";
import type { Plan } from "./plan.ts";
import type { FromProcess, Tick, ToProcess } from "./process/messages.ts";

const ENTRY = "dist/cli/load/process/load-process.js";
/** Time that all processes have to get ready for the same moment, in microseconds. */
const HEADSTART_US = 100_000;
/** What was published last may be on its way to subscribers, in milliseconds. */
const LAST_DELIVERIES_MS = 300;

/** What a process has cost by its end. */
export interface ProcessCost {
  readonly cpuS: number;
  readonly memoryBytes: number;
}

export interface Fleet {
  /** When the run begins, in microseconds of the monotonic clock. */
  readonly beginAt: number;
  /** When the last call was answered, as far as that has come; else now. */
  endedAt(): number;
  /** Resolves when all processes are through, with what they have cost. Rejects where one has died. */
  readonly done: Promise<readonly ProcessCost[]>;
  /** Lets no more calls begin. */
  stop(): void;
  /** Ends all processes at once. */
  kill(): void;
}

/** One process that makes load, or what stands for it in tests. */
export interface LoadProcess {
  send(message: ToProcess): void;
  kill(): void;
  onMessage(listener: (message: FromProcess) => void): void;
  /** @param listener gets how it ended, in words */
  onExit(listener: (how: string) => void): void;
}

/** Forks a process that makes load; what it logs is shown as it is. */
export function forkLoadProcess(): LoadProcess {
  const child: ChildProcess = fork(fileURLToPath(packageUrl(ENTRY)), [], {
    serialization: "advanced",
    // a terminal's Ctrl-C is for the process in front, which says when it is over; Windows would open a window
    detached: process.platform !== "win32",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return {
    send: (message) => {
      // one that is gone is told of by its exit
      if (child.connected) child.send(message, () => {});
    },
    kill: () => child.kill("SIGKILL"),
    onMessage: (listener) => child.on("message", (message) => listener(message as FromProcess)),
    onExit: (listener) => {
      child.on("error", (error) => listener(error.message));
      child.on("exit", (code, signal) => listener(signal === null ? `exit code ${code}` : `signal ${signal}`));
    },
  };
}

/**
 * Starts a plan in as many processes as it says, all at the same moment.
 * @param ticked gets what one of the processes has met with
 * @throws StartError where a process dies before it has begun
 */
export async function startFleet(
  plan: Plan,
  run: string,
  ticked: (tick: Tick, process: number) => void,
  start: () => LoadProcess = forkLoadProcess,
): Promise<Fleet> {
  const processes = Array.from({ length: plan.processes }, start);
  const ready = processes.map(() => deferred<void>());
  const done = processes.map(() => deferred<ProcessCost>());
  const kill = () => {
    for (const process of processes) process.kill();
  };
  const toAll = (message: ToProcess) => {
    for (const process of processes) process.send(message);
  };
  let finished = 0;
  let endedAt: number | undefined;
  for (const [index, process] of processes.entries()) {
    process.onMessage((message) => {
      if (message.type === "tick") ticked(message, index);
      else if (message.type === "ready") ready[index]?.resolve();
      else if (message.type === "done") done[index]?.resolve(message);
      else if (++finished === plan.processes) {
        endedAt = now();
        setTimeout(() => toAll({ type: "close" }), plan.subscribe === "" ? 0 : LAST_DELIVERIES_MS);
      }
    });
    process.onExit((how) => {
      const error = new StartError(`a process of the load has ended: ${how}`);
      ready[index]?.reject(error);
      done[index]?.reject(error);
    });
  }
  const all = Promise.all(done.map(({ promise }) => promise)).finally(kill);
  all.catch(() => {});
  try {
    await Promise.all(ready.map(({ promise }) => promise));
  } catch (error) {
    kill();
    throw error;
  }
  const beginAt = now() + HEADSTART_US;
  for (const [index, process] of processes.entries()) process.send({ type: "begin", plan, index, beginAt, run });
  return { beginAt, endedAt: () => endedAt ?? now(), done: all, stop: () => toAll({ type: "stop" }), kill };
}
