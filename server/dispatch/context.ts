import { setMaxListeners } from "node:events";
import { AppError } from "../../shared/errors.ts";
import type { TaskRequest } from "../compute/compute-client.ts";
import type { ThreadTask } from "../compute/thread.ts";
import type { Connection } from "../connection/connection.ts";
import type { Logger } from "../logger.ts";
import type { Procedure } from "./procedures.ts";

/** What every call may reach of the server. */
export interface ContextServices {
  readonly log: Logger;
  publish(channel: string, data: unknown): void;
  runTask(task: ThreadTask, input: unknown, request: TaskRequest): Promise<unknown>;
}

/** One call, as its middleware and its procedure see it. */
export class CallContext {
  /** Who calls. */
  readonly connection: Connection;
  /** The call's id, unique among its connection's calls in flight. */
  readonly id: number;
  /** What is called. */
  readonly procedure: Procedure;
  /** What the procedure will get; middleware may replace it. */
  input: unknown;
  /** Milliseconds the call may take; each item of a stream starts them anew. */
  readonly timeoutMs: number;
  readonly #services: ContextServices;
  #abort: AbortController | undefined;
  #ended: unknown;
  /** Ends what runs on compute threads for this call. */
  #tasks: AbortController | undefined;

  constructor(
    connection: Connection,
    id: number,
    procedure: Procedure,
    input: unknown,
    timeoutMs: number,
    services: ContextServices,
  ) {
    this.connection = connection;
    this.id = id;
    this.procedure = procedure;
    this.input = input;
    this.timeoutMs = timeoutMs;
    this.#services = services;
  }

  /** Aborts when the caller cancels, its time runs out or its connection closes: stop then, nobody waits any more. */
  get signal(): AbortSignal {
    // made on demand: most procedures never look
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#ended !== undefined) this.#abort.abort(this.#ended);
    }
    return this.#abort.signal;
  }

  /** A log that names the connection and the procedure. */
  get log(): Logger {
    return this.#services.log.child({ connection: this.connection.id, procedure: this.procedure.name });
  }

  /** Publishes to a channel as the server, whatever clients may. Throws where there is no such channel. */
  publish(channel: string, data: unknown): void {
    this.#services.publish(channel, data);
  }

  /**
   * @internal Runs a task on a compute thread. The result of a procedure that is nothing but its task, and that no
   * middleware looks at, stays encoded.
   */
  runTask(task: ThreadTask, input: unknown): Promise<unknown> {
    const { procedure, connection } = this;
    const encoded = procedure.task === task && procedure.bare;
    this.#tasks ??= this.#createTasks();
    return this.#services.runTask(task, input, { signal: this.#tasks.signal, encoded, tenant: connection.id });
  }

  #createTasks(): AbortController {
    const tasks = new AbortController();
    if (this.#ended !== undefined) tasks.abort(this.#ended);
    setMaxListeners(0, tasks.signal); // a call may run any number of tasks at once
    return tasks;
  }

  /** @internal Nobody waits for this call any more. */
  abort(reason: Error): void {
    this.#ended = reason;
    this.#abort?.abort(reason);
    this.#tasks?.abort(reason);
  }

  /** @internal It has been answered: a task that still runs for it, as one whose stream nobody read, has no reason to. */
  answered(): void {
    this.#tasks?.abort(new AppError("CANCELLED", "The call is over."));
  }

  /** @internal Why nobody waits, or undefined while somebody does. */
  get aborted(): unknown {
    return this.#ended;
  }
}
