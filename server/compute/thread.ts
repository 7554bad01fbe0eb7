import type { SchemaInput, StandardSchema } from "../../shared/standard-schema.ts";
import type { Middleware, ProcedureOptions } from "../app.ts";
import type { CallContext } from "../dispatch/context.ts";
import type { RateLimit } from "../rates/rate-rule.ts";
import type { Priority } from "./fair-queue.ts";
import type { TaskSource } from "./order.ts";
import type { Task, TaskContext } from "./task.ts";
import { TaskStream } from "./task-stream.ts";

/** How a procedure that runs on a compute thread is treated. */
export interface ThreadOptions {
  /** Milliseconds until the caller gets TIMEOUT, its wait for a thread included; each item starts them anew. @default the server's `callTimeoutMs` */
  readonly timeoutMs?: number;
  /** Middleware of this procedure alone. It runs in the socket worker, as all middleware does. */
  readonly use?: readonly Middleware[];
  /** How often it may be called: see {@link ProcedureOptions}. @default only the server's own rates hold */
  readonly rateLimit?: RateLimit;
  /** Which export of the file is the task. @default its default export, or else its only function */
  readonly export?: string;
  /** Of 21 tasks that wait, about 16 high, 4 normal and 1 low ones are started. @default "normal" */
  readonly priority?: Priority;
  /** How many of it may run at the same time on this host. @default as many as there are threads */
  readonly concurrency?: number;
  /**
   * Whether running twice does no harm: then a call whose thread or compute host died is run once more, unless items
   * of its stream were sent already, and a retry of its client's as well. Its input is kept for the first until it
   * ends, within `busBudget`.
   * @default false
   */
  readonly idempotent?: boolean;
}

/** Where a task is, and how it is to be run. */
export interface ThreadTask extends TaskSource {
  readonly priority: Priority;
  readonly concurrency: number | undefined;
  readonly idempotent: boolean;
}

/** What a task's caller passes; maybe nothing, where it may be left out. */
export type TaskInput<T extends Task> =
  Parameters<T> extends readonly []
    ? undefined
    : readonly [] extends Parameters<T>
      ? Parameters<T>[0] | undefined
      : Parameters<T>[0];

type ItemOfContext<T extends Task> =
  Parameters<T> extends readonly [infer _Input, infer Context]
    ? Context extends TaskContext<infer Item>
      ? Item
      : never
    : never;

/** What a streaming result yields and returns; never where it does not stream. Whatever has a `next` does, and no array. */
type StreamOf<Result> = 0 extends 1 & Result
  ? never // `any`, of which nothing is known
  : Result extends Iterator<infer Item, infer Last>
    ? AsyncGenerator<Item, Last>
    : Result extends AsyncIterable<infer Item, infer Last>
      ? AsyncGenerator<Item, Last>
      : never;

type ResultOf<T extends Task> = Awaited<ReturnType<T>>;

/** What a call of it gives, for clients' types: a stream where it yields or reports progress, otherwise its result. */
export type TaskOutput<T extends Task> = [StreamOf<ResultOf<T>>] extends [never]
  ? [ItemOfContext<T>] extends [never]
    ? Promise<ResultOf<T>>
    : AsyncGenerator<ItemOfContext<T>, ResultOf<T>>
  : StreamOf<ResultOf<T>> extends AsyncGenerator<infer Item, infer Last>
    ? AsyncGenerator<Item | ItemOfContext<T>, Last>
    : never;

/** What a task gives in the end. */
export type TaskResult<T extends Task> = [StreamOf<ResultOf<T>>] extends [never]
  ? ResultOf<T>
  : StreamOf<ResultOf<T>> extends AsyncGenerator<infer _Item, infer Last>
    ? Last
    : never;

/** A procedure that runs on a compute thread. */
export interface ThreadProcedure<T extends Task, Input = TaskInput<T>>
  extends Omit<ProcedureOptions<Input>, "input" | "handler"> {
  /** Runs the task for a call that has come. */
  readonly handler: (input: Input, context: CallContext) => TaskOutput<T>;
  /**
   * Runs the task on behalf of another procedure's call, and for as long as that lasts. Items are left out.
   * @example login: async ({ name, password }, context) => check(name, await hash.run({ password }, context))
   */
  run(input: TaskInput<T>, context: CallContext): Promise<TaskResult<T>>;
}

type AnyTask = (input: unknown, context: TaskContext<unknown>) => unknown;

/**
 * A procedure whose work is done on a compute thread, away from the socket workers.
 *
 * @param url the file that exports the task: `new URL("./hash.task.js", import.meta.url)`
 * @param options `input` is checked in the socket worker, before anything waits for a thread
 * @typeParam T the task's type, as nothing else tells it: `typeof hash` with `import type { hash } from "./hash.task.ts"`
 * @throws TypeError where the URL is no file's, or an option is out of range
 * @example
 * "heavy.hash": thread<typeof hash>(new URL("./hash.task.js", import.meta.url), {
 *   input: z.object({ password: z.string().max(1024) }),
 *   timeoutMs: 10_000,
 * })
 */
export function thread<Schema extends StandardSchema>(
  url: URL,
  options: ThreadOptions & { readonly input: Schema },
): ThreadProcedure<AnyTask, SchemaInput<Schema>>;
export function thread<T extends Task = AnyTask>(
  url: URL,
  options?: ThreadOptions & { readonly input?: StandardSchema<unknown, TaskInput<T>> },
): ThreadProcedure<T>;
export function thread<T extends Task, Schema extends StandardSchema<unknown, TaskInput<T>>>(
  url: URL,
  options: ThreadOptions & { readonly input: Schema },
): ThreadProcedure<T, SchemaInput<Schema>>;
export function thread(
  url: URL,
  options: ThreadOptions & { readonly input?: StandardSchema } = {},
): ThreadProcedure<AnyTask, unknown> {
  const { export: name, priority = "normal", concurrency, idempotent = false, ...rest } = options;
  if (!(url instanceof URL) || url.protocol !== "file:") {
    throw new TypeError("A thread procedure needs its file's URL: new URL('./hash.task.js', import.meta.url).");
  }
  if (!PRIORITIES.has(priority)) throw new TypeError(`The priority ${priority} is none of: low, normal, high.`);
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0)) {
    throw new TypeError(`The concurrency ${concurrency} is no whole number above 0.`);
  }
  const task: ThreadTask = { url: url.href, export: name, priority, concurrency, idempotent };
  return {
    ...rest,
    task,
    // a promise, of a stream where there are items: what clients are told by its type, the dispatcher makes of it
    handler: (input, context) => context.runTask(task, input, true) as never,
    run(input, context) {
      // a promise whatever happens, and whoever calls this may wait for something else first: that it fails meanwhile is
      // nobody's rejection
      const result = (async () => last(context.runTask(task, input, false)))();
      result.catch(() => undefined);
      return result;
    },
  };
}

const PRIORITIES: ReadonlySet<string> = new Set(["low", "normal", "high"]);

/** What a stream returns at its end; anything else as it is. */
async function last(promise: Promise<unknown>): Promise<unknown> {
  const result = await promise;
  if (!(result instanceof TaskStream)) return result;
  for (;;) {
    const step = await result.next();
    if (step.done === true) return step.value;
  }
}
