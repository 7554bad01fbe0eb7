import { AppError } from "../../shared/errors.ts";
import type { CallContext } from "./context.ts";
import type { Timed } from "./deadlines.ts";
import { replyError, replyResult } from "./replies.ts";
import type { Services } from "./services.ts";

/** A call that could not be answered at once: it is cancelled, times out or is answered, whichever comes first. */
export class RunningCall implements Timed {
  deadline: number;
  readonly context: CallContext;
  readonly #services: Services;
  #over = false;
  #ended: Promise<void> | undefined;
  #resolveEnded: (() => void) | undefined;

  constructor(context: CallContext, services: Services) {
    this.context = context;
    this.#services = services;
    this.deadline = performance.now() + context.timeoutMs;
    const { connection } = context;
    connection.calls ??= new Map();
    connection.calls.set(context.id, this);
    services.deadlines.add(this);
  }

  /** Whether it has been answered, or nobody waits any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Resolves when it has been answered, or nobody waits any more. */
  get ended(): Promise<void> {
    this.#ended ??= new Promise((resolve) => {
      if (this.#over || this.context.aborted !== undefined) resolve();
      else this.#resolveEnded = resolve;
    });
    return this.#ended;
  }

  /** It is getting somewhere: its time begins anew. */
  extend(): void {
    this.deadline = performance.now() + this.context.timeoutMs;
  }

  /** It waits for its caller: until `extend`, its time stands still. */
  suspend(): void {
    this.deadline = Number.POSITIVE_INFINITY;
  }

  resolve(value: unknown): void {
    if (this.#end()) replyResult(this.context, value, this.#services);
  }

  reject(error: unknown): void {
    if (this.#end()) replyError(this.context, error, this.#services);
  }

  expired(): void {
    this.#stop(
      new AppError("TIMEOUT", `"${this.context.procedure.name}" took longer than ${this.context.timeoutMs} ms.`),
    );
  }

  cancel(): void {
    this.#stop(new AppError("CANCELLED"));
  }

  /** The connection is gone. The result will be too late, and is reported as stale when it comes. */
  abandon(): void {
    this.#services.deadlines.delete(this);
    this.context.abort(new AppError("CANCELLED", "The connection closed."));
    this.#resolveEnded?.();
  }

  #stop(reason: AppError): void {
    // first: what runs for it shall hear the reason, and not only that it has been answered
    this.context.abort(reason);
    this.reject(reason);
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#services.deadlines.delete(this);
    this.context.connection.calls?.delete(this.context.id);
    this.#resolveEnded?.();
    return true;
  }
}
