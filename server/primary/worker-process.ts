import cluster, { type Worker } from "node:cluster";
import type { TaskDefinition } from "../compute/hosted-task.ts";
import { type FromWorker, SOCKET_WORKER_ENV, type ToWorker, type WorkerBirth } from "./control-message.ts";
import { Questions } from "./questions.ts";
import { startProcess } from "./start-process.ts";

export interface WorkerProcessHooks {
  serving(port: number): void;
  /** It said why it cannot serve; `exited` follows. */
  failed(message: string, code: string | undefined): void;
  /** Its application has tasks for a compute host. */
  computeNeeded(tasks: readonly TaskDefinition[]): void;
  /** It is no more, or never was; the last call of all. `how` is for people. */
  exited(how: string): void;
}

/** One socket worker, as the primary sees it. */
export class WorkerProcess {
  readonly number: number;
  readonly bornAt = performance.now();
  /** Undefined where not even the attempt could be made. */
  readonly #process: Worker | undefined;
  readonly #questions = new Questions<WorkerStatus>();
  #serving = false;

  constructor(birth: WorkerBirth, hooks: WorkerProcessHooks) {
    this.number = birth.worker;
    const exited = (how: string) => {
      this.#questions.giveUp();
      hooks.exited(how);
    };
    this.#process = startProcess(
      () => cluster.fork({ [SOCKET_WORKER_ENV]: JSON.stringify(birth) }),
      (worker) => worker.process.pid,
      { exited, notStarted: ({ message }) => exited(`could not be started: ${message}`) },
    );
    this.#process?.on("message", (message: FromWorker) => {
      if (message.type === "serving") {
        this.#serving = true;
        hooks.serving(message.port);
      } else if (message.type === "failed") hooks.failed(message.message, message.code);
      else if (message.type === "compute") hooks.computeNeeded(message.tasks);
      else {
        const { reference, connections, memory } = message;
        this.#questions.answer(reference, { connections, memory });
      }
    });
  }

  /** Whether it has told that it takes connections. */
  get serving(): boolean {
    return this.#serving;
  }

  get pid(): number {
    return this.#process?.process.pid ?? 0;
  }

  tell(message: ToWorker): void {
    if (this.#process?.isConnected()) this.#process.send(message, () => undefined);
  }

  /** Asks how it is. @returns undefined where it does not answer within `limitMs`. */
  status(limitMs: number): Promise<WorkerStatus | undefined> {
    return this.#questions.ask(limitMs, (reference) => this.tell({ type: "status", reference }));
  }

  kill(): void {
    this.#process?.process.kill("SIGKILL");
  }
}

export interface WorkerStatus {
  readonly connections: number;
  readonly memory: number;
}
