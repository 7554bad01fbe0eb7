import cluster, { type Worker } from "node:cluster";
import type { Socket } from "node:net";
import type { ShedOrder } from "../admission.ts";
import type { TaskDefinition } from "../compute/hosted-task.ts";
import { type FromWorker, SOCKET_WORKER_ENV, type ToWorker, type WorkerBirth } from "./control-message.ts";
import type { Taker } from "./dealer.ts";
import { Questions } from "./questions.ts";
import { startProcess } from "./start-process.ts";

export interface WorkerProcessHooks {
  serving(port: number): void;
  /** It said why it cannot serve; `exited` follows. */
  failed(message: string, code: string | undefined): void;
  /** It serves by `ws`, as uWebSockets.js does not load there. */
  fellBack(reason: string): void;
  /** It ends by itself, as somebody told it to. */
  draining(): void;
  /** Whether it may be dealt connections from now on. */
  taking(taking: boolean): void;
  /** It got a connection, and keeps it or not. */
  took(taken: boolean): void;
  /** A connection did not reach it, for want of descriptors. */
  missed(): void;
  /** Its application has tasks for a compute host. */
  computeNeeded(tasks: readonly TaskDefinition[]): void;
  /** It is no more, or never was; the last call of all. `how` is for people. */
  exited(how: string): void;
}

/** What a socket worker does, as far as it was told to or has told. */
export type WorkerState = "starting" | "serving" | "draining";

/** One socket worker, as the primary sees it. */
export class WorkerProcess implements Taker {
  readonly number: number;
  /** Unlike its number, no other process ever has it. */
  readonly member: number;
  readonly bornAt = performance.now();
  /** Resolves when it is no more. */
  readonly gone: Promise<void>;
  /** Undefined where not even the attempt could be made. */
  readonly #process: Worker | undefined;
  readonly #questions = new Questions<WorkerStatus>();
  readonly #sheds = new Questions<number>();
  readonly #accepts = new Questions<true>();
  #state: WorkerState = "starting";

  constructor(birth: WorkerBirth, hooks: WorkerProcessHooks) {
    this.number = birth.worker;
    this.member = birth.member;
    let isGone = (): void => undefined;
    this.gone = new Promise((resolve) => {
      isGone = resolve;
    });
    const exited = (how: string) => {
      for (const questions of [this.#questions, this.#sheds, this.#accepts]) questions.giveUp();
      hooks.exited(how);
      isGone();
    };
    this.#process = startProcess(
      () => cluster.fork({ [SOCKET_WORKER_ENV]: JSON.stringify(birth) }),
      (worker) => worker.process.pid,
      { exited, notStarted: ({ message }) => exited(`could not be started: ${message}`) },
    );
    this.#process?.on("message", (message: FromWorker) => this.#receive(message, hooks));
    // Node.js is told that a handle is missing, and tells nobody else
    this.#process?.process.on("internalMessage", ({ cmd }: { cmd?: unknown }) => {
      if (cmd === "NODE_HANDLE_NACK") hooks.missed();
    });
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Whether it takes connections: it has told so, and was not told to end. */
  get serving(): boolean {
    return this.#state === "serving";
  }

  get pid(): number {
    return this.#process?.process.pid ?? 0;
  }

  /**
   * Has it end in order. One that still starts may not listen yet, and has nobody to say goodbye to: it is killed.
   * @param overMs others serve meanwhile; where that is no longer so, it may be told again without
   */
  drain(overMs?: number): void {
    if (this.#state === "starting") {
      this.kill();
      return;
    }
    this.#state = "draining";
    this.#tell({ type: "drain", overMs });
  }

  /** Asks how it is. @returns undefined where it does not answer within `limitMs`. */
  status(limitMs: number): Promise<WorkerStatus | undefined> {
    return this.#questions.ask(limitMs, (reference) => this.#tell({ type: "status", reference }));
  }

  /** Has it make room for others. @returns how many connections went; undefined where it does not tell within `limitMs` */
  shed(order: ShedOrder, limitMs: number): Promise<number | undefined> {
    return this.#sheds.ask(limitMs, (reference) => this.#tell({ type: "shed", reference, order }));
  }

  /** Has it take connections again. @returns undefined where it does not tell within `limitMs` that it does */
  accept(limitMs: number): Promise<true | undefined> {
    return this.#accepts.ask(limitMs, (reference) => this.#tell({ type: "accept", reference }));
  }

  take(connection: Socket): void {
    const { _handle: handle } = connection as Socket & { _handle?: unknown };
    // as a handle of Node's own, which is not to keep an account of what becomes of it
    if (this.#process?.isConnected()) this.#process.send({ type: "connection" }, handle as Socket, () => undefined);
  }

  kill(): void {
    this.#process?.process.kill("SIGKILL");
  }

  #receive(message: FromWorker, hooks: WorkerProcessHooks): void {
    switch (message.type) {
      case "serving":
        this.#state = "serving";
        hooks.serving(message.port);
        break;
      case "fallback":
        hooks.fellBack(message.reason);
        break;
      case "draining":
        if (this.#state === "draining") break;
        this.#state = "draining";
        hooks.draining();
        break;
      case "taking":
        hooks.taking(message.taking);
        break;
      case "took":
        hooks.took(message.taken);
        break;
      case "failed":
        hooks.failed(message.message, message.code);
        break;
      case "compute":
        hooks.computeNeeded(message.tasks);
        break;
      case "status": {
        const { reference, connections, memory } = message;
        this.#questions.answer(reference, { connections, memory });
        break;
      }
      case "shed":
        this.#sheds.answer(message.reference, message.count);
        break;
      case "accepting":
        this.#accepts.answer(message.reference, true);
        break;
    }
  }

  #tell(message: ToWorker): void {
    if (this.#process?.isConnected()) this.#process.send(message, () => undefined);
  }
}

export interface WorkerStatus {
  readonly connections: number;
  readonly memory: number;
}
