import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import type { ComputeReport } from "../compute/compute-metrics.ts";
import {
  COMPUTE_HOST_ENV,
  type ComputeBirth,
  type FromComputeHost,
  type ToComputeHost,
} from "../compute/control-message.ts";
import { packageFile } from "../http/package-file.ts";
import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import { Questions } from "./questions.ts";
import { RestartDelay } from "./restart-delay.ts";
import { startProcess } from "./start-process.ts";

const ENTRY = "dist/server/compute/main.js";
/** A compute host that is not ready after so many milliseconds never will be. */
const LONGEST_START_MS = 30_000;
/** It does nothing that takes long: one that does not answer so many times, asked so often, hangs. In milliseconds. */
const PULSE_MS = 5_000;
const MOST_MISSED = 3;
/** How long it may take to end before it is killed, in milliseconds. */
const LONGEST_END_MS = 2_000;

/** The compute host's process, as the primary sees it: started when it is needed, replaced when it dies. */
export class ComputeProcess {
  readonly #birth: ComputeBirth;
  readonly #log: Logger;
  readonly #delay = new RestartDelay();
  readonly #questions = new Questions<ComputeReport>();
  #process: ChildProcess | undefined;
  #bornAt = 0;
  #restarts = 0;
  #closed = false;
  #closing: Promise<void> | undefined;
  #pulse: NodeJS.Timeout | undefined;
  #gone: (() => void) | undefined;

  constructor(birth: ComputeBirth, log: Logger) {
    this.#birth = birth;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** When the process that runs now was started, by `performance.now()`. */
  get bornAt(): number {
    return this.#bornAt;
  }

  /** Times it died and was replaced. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts it, for good: it is tried again where it cannot run, and what cannot be loaded is in the log. */
  start(): void {
    this.#fork();
  }

  /** Starts it, or not at all. Rejects where it cannot run, or a task cannot be loaded: that is a mistake to mend. */
  startOrFail(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fork((problem) => {
        if (problem === undefined) resolve();
        else reject(new StartError(`the compute host cannot run: ${problem}`));
      });
    });
  }

  /** Asks how it is. @returns undefined where it does not answer within `limitMs`, or is being replaced */
  report(limitMs: number): Promise<ComputeReport | undefined> {
    if (this.#process === undefined) return Promise.resolve(undefined);
    return this.#questions.ask(limitMs, (reference) => this.#tell({ type: "report", reference }));
  }

  /** Ends it: nothing that it runs is waited for. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #close(): Promise<void> {
    this.#closed = true;
    if (this.#process === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.kill(), LONGEST_END_MS);
      this.#gone = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#tell({ type: "end" });
    });
  }

  kill(): void {
    this.#closed = true;
    this.#process?.kill("SIGKILL");
  }

  /** @param started told once, where there is no second try: why it cannot run, or nothing when it does */
  #fork(started?: (problem: string | undefined) => void): void {
    let first = started;
    let problem: string | undefined;
    this.#bornAt = performance.now();
    const ended = (how: string): void => {
      clearTimeout(late);
      clearInterval(this.#pulse);
      this.#process = undefined;
      this.#questions.giveUp();
      this.#gone?.();
      if (first !== undefined) first(problem ?? how);
      else if (!this.#closed) this.#replace(problem ?? how);
    };
    const child = startProcess(
      () => forkHost(this.#birth),
      ({ pid }) => pid,
      { exited: ended, notStarted: ({ message }) => ended(`not started: ${message}`) },
    );
    this.#process = child;
    const late = setTimeout(() => {
      problem = `it took longer than ${LONGEST_START_MS / 1000} s to start`;
      child?.kill("SIGKILL");
    }, LONGEST_START_MS);
    child?.on("message", (message: FromComputeHost) => {
      if (message.type === "report") this.#questions.answer(message.reference, message.report);
      else if (message.type === "failed") problem = message.message;
      else if (message.problems.length > 0 && first !== undefined) {
        problem = `a task cannot be loaded: ${message.problems.join("; ")}`;
        child.kill("SIGKILL");
      } else {
        clearTimeout(late);
        this.#log.debug({ compute_pid: child.pid }, "compute host runs");
        this.#feelPulse();
        for (const text of message.problems) this.#log.error(`a task cannot be loaded: ${text}`);
        first?.(undefined);
        first = undefined;
      }
    });
  }

  /** Who waits for one that hangs, as where the machine swaps, had better wait for another. */
  #feelPulse(): void {
    let missed = 0;
    const { pid } = this;
    this.#pulse = setInterval(() => {
      void this.report(PULSE_MS).then((report) => {
        if (this.pid !== pid || this.#closed) return; // that was another one
        missed = report === undefined ? missed + 1 : 0;
        if (missed !== MOST_MISSED) return;
        this.#log.error("the compute host hangs and is killed");
        this.#process?.kill("SIGKILL");
      });
    }, PULSE_MS);
    this.#pulse.unref();
  }

  #replace(how: string): void {
    const when = this.#delay.schedule(performance.now() - this.#bornAt, () => {
      if (!this.#closed) this.#fork();
    });
    this.#restarts++;
    this.#log.error(`the compute host died (${how}); replacing it ${when}`);
  }

  #tell(message: ToComputeHost): void {
    if (this.#process?.connected === true) this.#process.send(message, () => undefined);
  }
}

function forkHost(birth: ComputeBirth): ChildProcess {
  rmSync(birth.bus.path, { force: true }); // what a killed one left would be in the way of its successor
  return fork(packageFile(ENTRY), [], {
    env: { ...process.env, [COMPUTE_HOST_ENV]: JSON.stringify(birth) },
    // two processes cannot listen to one debugger
    execArgv: process.execArgv.filter((argument) => !argument.startsWith("--inspect")),
  });
}
