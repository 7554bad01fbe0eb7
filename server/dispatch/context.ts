import { AppError } from "../../shared/errors.ts";
import type { RevokeOptions, RevokeTarget, ToTagged, ToUser, UserActions } from "../app.ts";
import type { TaskRequest } from "../compute/compute-client.ts";
import { TaskScope } from "../compute/task-scope.ts";
import type { ThreadTask } from "../compute/thread.ts";
import type { Connection } from "../connection/connection.ts";
import type { Logger } from "../logger.ts";
import type { Session } from "../sessions/session.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Procedure } from "./procedures.ts";

/** What every call may reach of the server. */
export interface ContextServices {
  readonly log: Logger;
  readonly sessions: Pick<Sessions, "of">;
  publish(channel: string, data: unknown): void;
  readonly users: UserActions;
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
  /** @internal Whether it was refused before anything was done for it. */
  refused = false;
  readonly #services: ContextServices;
  #abort: AbortController | undefined;
  #ended: unknown;
  /** Ends what runs on compute threads for this call. */
  #tasks: TaskScope | undefined;
  #answered = false;

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

  /** Who calls, beyond this connection: a login sets its user, and what it is tagged with stays with it. */
  get session(): Session {
    return this.#services.sessions.of(this.connection);
  }

  /** Who calls; undefined while nobody has said so. */
  get user(): string | undefined {
    return this.connection.user;
  }

  /** A log that names the connection and the procedure. */
  get log(): Logger {
    return this.#services.log.child({ connection: this.connection.id, procedure: this.procedure.name });
  }

  /** Publishes to a channel as the server, whatever clients may. Throws where there is no such channel. */
  publish(channel: string, data: unknown): void {
    this.#services.publish(channel, data);
  }

  /** All connections of one user, on the whole cluster. @throws RangeError where that is no name of a user */
  toUser(user: string): ToUser {
    return this.#services.users.toUser(user);
  }

  /** All connections of certain tags, on the whole cluster: see `Server.toTagged`. */
  toTagged(tags: Readonly<Record<string, string>>): ToTagged {
    return this.#services.users.toTagged(tags);
  }

  /** Ends all sessions of a user, or one, and their connections: see `Server.revoke`. */
  revoke(target: RevokeTarget, options?: RevokeOptions): Promise<number> {
    return this.#services.users.revoke(target, options);
  }

  /**
   * @internal Runs a task on a compute thread, for as long as this call lasts.
   * @param encoded whether the result may stay encoded; it does where no middleware looks at it
   */
  runTask(task: ThreadTask, input: unknown, encoded: boolean): Promise<unknown> {
    this.#tasks ??= this.#createScope();
    const request = { scope: this.#tasks, encoded: encoded && this.procedure.bare, tenant: this.connection.id };
    return this.#services.runTask(task, input, request);
  }

  /** @internal Whether something runs, or waits to run, on a compute thread for this call. */
  get onThread(): boolean {
    return this.#tasks !== undefined && this.#tasks.running > 0;
  }

  #createScope(): TaskScope {
    const scope = new TaskScope();
    if (this.#ended !== undefined) scope.end(this.#ended);
    else if (this.#answered) scope.end(overError());
    return scope;
  }

  /** @internal Nobody waits for this call any more. */
  abort(reason: Error): void {
    this.#ended = reason;
    this.#abort?.abort(reason);
    this.#tasks?.end(reason);
  }

  /** @internal It has been answered: a task that still runs for it, as one whose stream nobody read, has no reason to. */
  answered(): void {
    this.#answered = true;
    if (this.onThread) this.#tasks?.end(overError());
    else this.#tasks = undefined; // nearly always, and then there is nobody to make an error for
  }

  /** @internal Why nobody waits, or undefined while somebody does. */
  get aborted(): unknown {
    return this.#ended;
  }
}

function overError(): AppError {
  return new AppError("CANCELLED", "The call is over.");
}
