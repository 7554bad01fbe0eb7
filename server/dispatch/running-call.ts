import { AppError } from "../../shared/errors.ts";
import type { StreamWindow } from "../../shared/stream-window.ts";
import type { Moment } from "../metrics/call-times.ts";
import type { CallContext } from "./context.ts";
import type { Timed } from "./deadlines.ts";
import { replyError, replyResult } from "./replies.ts";
import type { Services } from "./services.ts";

/** A call that could not be answered at once: it is cancelled, times out or is answered, whichever comes first. */
export class RunningCall implements Timed {
  deadline: number;
  readonly context: CallContext;
  /** Whether it answers item by item. */
  streams = false;
  /** How far the caller's reader is, where it streams and the caller says. */
  window: StreamWindow | undefined;
  /** Called when it ends, or its caller has taken more of it: where a stream waits. */
  wake: (() => void) | undefined;
  readonly #services: Services;
  #over = false;
  /** @internal When it was read. */
  readonly moment: Moment;

  constructor(context: CallContext, services: Services) {
    this.context = context;
    this.#services = services;
    this.deadline = performance.now() + context.timeoutMs;
    const { connection } = context;
    connection.calls ??= new Map();
    connection.calls.set(context.id, this);
    services.deadlines.add(this);
    this.moment = services.times.moment;
  }

  /** Whether it has been answered. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether others should have their turn. */
  get turnOver(): boolean {
    return this.#services.fairness.over;
  }

  /** Whether somebody still waits for its answer. */
  get wanted(): boolean {
    return !this.#over && this.context.aborted === undefined;
  }

  /** Whether its answer does not need this connection. */
  get outlives(): boolean {
    return false;
  }

  /** The caller has taken so many items of its stream. */
  taken(count: unknown): void {
    if (this.window?.taken(count) === true) this.wake?.();
  }

  /** It answers item by item from now on. */
  stream(): void {
    this.streams = true;
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
    if (this.#end()) this.answer(value);
  }

  reject(error: unknown): void {
    if (this.#end()) this.refuse(error);
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
    if (this.#over) return;
    this.#services.deadlines.delete(this);
    this.context.abort(new AppError("CANCELLED", "The connection closed."));
    this.wake?.();
  }

  /** Sends its result. Called once, and never after `refuse`. */
  protected answer(value: unknown): void {
    replyResult(this.context, value, this.#services, this.moment);
  }

  /** Sends its error. Called once, and never after `answer`. */
  protected refuse(error: unknown): void {
    replyError(this.context, error, this.#services, this.moment);
  }

  #stop(reason: AppError): void {
    if (this.#over) return;
    // first: what runs for it shall hear the reason, and not only that it has been answered
    this.context.abort(reason);
    this.reject(reason);
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#services.deadlines.delete(this);
    this.context.connection.calls?.delete(this.context.id);
    this.wake?.();
    return true;
  }
}
