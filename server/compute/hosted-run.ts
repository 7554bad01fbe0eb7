import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import type { Queued } from "./fair-queue.ts";
import type { HostedTask } from "./hosted-task.ts";
import type { Outcome, TaskSource } from "./order.ts";
import type { Running } from "./running.ts";

/** A socket worker, as the compute host sees it. */
export interface Member {
  readonly link: Link;
  /** By the number that the worker gave them. */
  readonly tasks: Map<number, HostedTask>;
  /** What it waits for, by its reference. */
  readonly runs: Map<number, HostedRun>;
}

/** What the compute host wants to know of its runs. */
export interface RunHooks {
  crashed(run: HostedRun, reason: string): void;
  /** The thread is free again, whatever became of the run. */
  released(run: HostedRun, ranMs: number): void;
}

/** One run of a task: waiting, running, or over. */
export class HostedRun implements Queued, Running {
  readonly member: Member;
  readonly reference: number;
  readonly lane: HostedTask;
  readonly tenant: string;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly size: number;
  readonly #hooks: RunHooks;
  #since = performance.now();

  constructor(
    member: Member,
    reference: number,
    task: HostedTask,
    tenant: string,
    input: Uint8Array<ArrayBuffer>,
    hooks: RunHooks,
  ) {
    this.member = member;
    this.reference = reference;
    this.lane = task;
    this.tenant = tenant;
    this.input = input;
    this.size = input.length; // which is not to be had any more once it is a thread's
    this.#hooks = hooks;
    task.metrics.queued++;
  }

  get source(): TaskSource {
    return this.lane.source;
  }

  /** It gets its thread now. */
  start(): void {
    const { metrics } = this.lane;
    const now = performance.now();
    metrics.wait.record(now - this.#since);
    this.#since = now;
    metrics.queued--;
    metrics.running++;
  }

  /** It found no room to wait in. */
  refused(): void {
    const { metrics } = this.lane;
    metrics.queued--;
    metrics.refused++;
  }

  /** Nobody waits for it any more. @param waited whether it did not have a thread yet */
  cancelled(waited: boolean): void {
    const { metrics } = this.lane;
    if (waited) metrics.queued--;
    metrics.cancelled++;
  }

  item(bytes: Uint8Array): void {
    this.member.link.send(BusType.CHUNK, this.reference, "", bytes);
  }

  done({ done, bytes }: Outcome): void {
    this.lane.metrics[done ? "done" : "failed"]++;
    this.answer(done ? BusType.RESULT : BusType.FAILED, bytes);
  }

  crashed(reason: string): void {
    this.lane.metrics.crashed++;
    this.#hooks.crashed(this, reason);
  }

  released(): void {
    const { metrics } = this.lane;
    const ranMs = performance.now() - this.#since;
    metrics.running--;
    metrics.run.record(ranMs);
    this.#hooks.released(this, ranMs);
  }

  /** Tells the socket worker how it ended. */
  answer(type: typeof BusType.RESULT | typeof BusType.FAILED, data: Uint8Array): void {
    this.member.runs.delete(this.reference);
    this.member.link.send(type, this.reference, "", data);
  }
}
