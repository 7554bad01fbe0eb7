import cluster, { type Worker } from "node:cluster";
import { type FromWorker, SOCKET_WORKER_ENV, type ToWorker, type WorkerBirth } from "./control-message.ts";

export interface WorkerProcessHooks {
  serving(port: number): void;
  /** It said why it cannot serve; `exited` follows. */
  failed(message: string, code: string | undefined): void;
  exited(code: number | null, signal: string | null): void;
}

/** One socket worker, as the primary sees it. */
export class WorkerProcess {
  readonly number: number;
  readonly bornAt = performance.now();
  readonly #process: Worker;
  readonly #waiting = new Map<number, (status: WorkerStatus) => void>();
  #lastReference = 0;
  #serving = false;

  constructor(birth: WorkerBirth, hooks: WorkerProcessHooks) {
    this.number = birth.worker;
    this.#process = cluster.fork({ [SOCKET_WORKER_ENV]: JSON.stringify(birth) });
    this.#process.on("message", (message: FromWorker) => {
      if (message.type === "serving") {
        this.#serving = true;
        hooks.serving(message.port);
      } else if (message.type === "failed") hooks.failed(message.message, message.code);
      else this.#answered(message.reference, { connections: message.connections, memory: message.memory });
    });
    // a worker that dies while it is being written to; its exit is what counts
    this.#process.on("error", () => undefined);
    this.#process.once("exit", (code, signal) => {
      for (const resolve of this.#waiting.values()) resolve(undefined);
      hooks.exited(code, signal);
    });
  }

  /** Whether it has told that it takes connections. */
  get serving(): boolean {
    return this.#serving;
  }

  get pid(): number {
    return this.#process.process.pid ?? 0;
  }

  tell(message: ToWorker): void {
    if (this.#process.isConnected()) this.#process.send(message, () => undefined);
  }

  /** Asks how it is. @returns undefined where it does not answer within `limitMs`. */
  status(limitMs: number): Promise<WorkerStatus> {
    const reference = ++this.#lastReference;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answered(reference, undefined), limitMs);
      this.#waiting.set(reference, (status) => {
        clearTimeout(timer);
        resolve(status);
      });
      this.tell({ type: "status", reference });
    });
  }

  kill(): void {
    this.#process.process.kill("SIGKILL");
  }

  #answered(reference: number, status: WorkerStatus): void {
    this.#waiting.get(reference)?.(status);
    this.#waiting.delete(reference);
  }
}

export type WorkerStatus = { readonly connections: number; readonly memory: number } | undefined;
