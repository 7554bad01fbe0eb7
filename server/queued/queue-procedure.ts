import type { InputOf, OutputOf, ProceduresOf } from "../../shared/contract.ts";
import { MAX_TIMER_MS } from "../../shared/limit.ts";
import type { SchemaInput, StandardSchema } from "../../shared/standard-schema.ts";
import type { ProcedureOptions } from "../app.ts";
import { checkGroup, checkProcedure, PRIORITIES, type Priority } from "../queues/job.ts";
import type { WorkerProcedures } from "../queues/sdk/worker-procedures.ts";

/** How a procedure of remote workers is called. */
export interface QueueOptions<Input>
  extends Omit<ProcedureOptions<Input>, "handler" | "idempotent" | "task" | "queued" | "timeoutMs"> {
  /** Workers of this group do it. @default "default" */
  readonly group?: string;
  /**
   * How long it may wait for a worker, in milliseconds: who has not begun by then never does, and the caller gets TIMEOUT.
   * @default it waits for as long as it takes
   */
  readonly ttlMs?: number;
  /** How often it is tried again when it fails, or its worker crashes; beyond, it ends in the dead letters. @default 3 */
  readonly retries?: number;
  /** Which of those that wait are done first. @default "normal" */
  readonly priority?: Priority;
  /** Milliseconds until the caller gets TIMEOUT where the queue does not have the call. @default the server's `callTimeoutMs` */
  readonly timeoutMs?: number;
}

/** Where calls of a procedure go. */
export interface QueueTarget {
  /** The procedure, as workers have it. */
  readonly name: string;
  readonly group: string;
  /** 0 for any time. */
  readonly ttlMs: number;
  readonly retries: number;
  readonly priority: Priority;
}

/** A procedure that remote workers do. */
export interface QueueProcedure<Input, Output> extends Omit<ProcedureOptions<Input>, "input" | "handler"> {
  /** Hands the call to the queue; the answer is the worker's. */
  readonly handler: (input: Input) => Promise<Output>;
}

/** What a queued procedure's handler gives: what is to be done, once all that is around the procedure has agreed. */
export class JobOrder {
  readonly target: QueueTarget;
  readonly input: unknown;

  constructor(target: QueueTarget, input: unknown) {
    this.target = target;
    this.input = input;
  }
}

const MOST_RETRIES = 1_000;
const MOST_TTL_MS = 30 * 24 * 60 * 60_000;

/**
 * A procedure whose calls a durable queue keeps until some worker has done them: see docs/QUEUES.md. The caller gets ACK when
 * the queue has its call, and the result later, wherever it is connected by then.
 *
 * Middleware runs before the call is queued; the result passes none. What it gets of `next()` stands for the call.
 *
 * @param name of the procedure, as workers have it
 * @param options `input` is checked before anything is queued
 * @throws RangeError where a name or an option is none
 * @example render: queue("render", { input: z.object({ scene: z.string() }), group: "images", ttlMs: 60_000 })
 */
export function queue<Schema extends StandardSchema>(
  name: string,
  options: QueueOptions<unknown> & { readonly input: Schema },
): QueueProcedure<SchemaInput<Schema>, unknown>;
export function queue<Input = unknown, Output = unknown>(
  name: string,
  options?: Omit<QueueOptions<Input>, "input">,
): QueueProcedure<Input, Output>;
export function queue(name: string, options: QueueOptions<never> = {}): QueueProcedure<never, unknown> {
  const { group = "default", ttlMs = 0, retries = 3, priority = "normal", ...rest } = options;
  check(PRIORITIES.includes(priority), `The priority ${priority} is none of: ${PRIORITIES.join(", ")}.`);
  check(isWhole(retries, 0, MOST_RETRIES), `retries has to be a whole number of 0 to ${MOST_RETRIES}.`);
  check(isWhole(ttlMs, 0, MOST_TTL_MS), `ttlMs has to be a whole number of milliseconds, up to 30 days; or 0.`);
  check(rest.timeoutMs === undefined || isWhole(rest.timeoutMs, 1, MAX_TIMER_MS), "timeoutMs makes no sense.");
  const target: QueueTarget = { name: checkProcedure(name), group: checkGroup(group), ttlMs, retries, priority };
  // what clients are told by its type, a worker makes of it
  return { ...rest, queued: target, handler: (input) => new JobOrder(target, input) as never };
}

/** What {@link queuesFor} gives: `queue` for the procedures of certain workers. */
export type QueueOf<Procedures> = <Name extends keyof Procedures & string>(
  name: Name,
  options?: QueueOptions<InputOf<Procedures[Name]>>,
) => QueueProcedure<InputOf<Procedures[Name]>, OutputOf<Procedures[Name]>>;

/**
 * The same as {@link queue}, where inputs and outputs are known from the workers' own procedures.
 *
 * @param defaults of all of them
 * @typeParam Worker what `defineProcedures` of `fugitive/worker` gave: `typeof procedures`, with `import type`
 * @example
 * import type { procedures } from "./tasks.ts";
 * const images = queuesFor<typeof procedures>({ group: "images" });
 * export const app = defineApp({ procedures: { render: images("render", { ttlMs: 60_000 }) } });
 */
export function queuesFor<Worker extends WorkerProcedures>(
  defaults: Omit<QueueOptions<never>, "input"> = {},
): QueueOf<ProceduresOf<Worker>> {
  return ((name: string, options: QueueOptions<never> = {}) =>
    queue(name, { ...defaults, ...options } as QueueOptions<never>)) as QueueOf<ProceduresOf<Worker>>;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function check(good: boolean, text: string): void {
  if (!good) throw new RangeError(text);
}
