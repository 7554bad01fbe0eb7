import { AppError } from "../../shared/errors.ts";
import type { SchemaIssue, StandardSchema } from "../../shared/standard-schema.ts";
import type { Middleware, ProcedureDefinition } from "../app.ts";
import type { ThreadTask } from "../compute/thread.ts";
import type { BoundedLabels } from "../metrics/bounded-labels.ts";
import { CallMetrics } from "../metrics/call-metrics.ts";
import type { QueueTarget } from "../queued/queue-procedure.ts";
import { type RateLimit, type RateRule, rateRule } from "../rates/rate-rule.ts";
import { compose, type Run } from "./compose.ts";
import type { CallContext } from "./context.ts";
import { guardOf } from "./guard.ts";

/** A procedure, ready to run. */
export interface Procedure {
  readonly name: string;
  readonly run: Run;
  readonly timeoutMs: number;
  readonly input: StandardSchema | undefined;
  /** Whether its handler is a generator function; others may return a stream all the same. */
  readonly streams: boolean;
  /** Whether running it twice does no harm, so that keys need not be looked at. */
  readonly idempotent: boolean;
  /** What it runs on a compute thread, where it does nothing else. */
  readonly task: ThreadTask | undefined;
  /** Where its calls go, where remote workers do it. */
  readonly queued: QueueTarget | undefined;
  /** How often it may be called; undefined where that is not limited. */
  readonly rateLimit: RateRule | undefined;
  /** Whether there is no middleware around it. */
  readonly bare: boolean;
  /** What became of its calls. */
  readonly metrics: CallMetrics;
}

type Handler = (input: unknown, context: CallContext) => unknown;

/** The procedures by name. A Map, as the names come from outside. */
export type Procedures = ReadonlyMap<string, Procedure>;

export interface ProcedureDefaults {
  readonly use: readonly Middleware[];
  readonly timeoutMs: number;
  readonly requireUser: boolean;
  /** Codes that errors may have as labels. */
  readonly errors: BoundedLabels;
}

/** Makes a definition ready to run: middleware, then validation, then its handler, put together once. */
export function prepareProcedure(
  name: string,
  definition: ProcedureDefinition,
  defaults: ProcedureDefaults,
): Procedure {
  const { handler, input, timeoutMs, use, task, queued, idempotent, requireUser, authorize, rateLimit } = read(
    name,
    definition,
  );
  const guard = guardOf(requireUser ?? defaults.requireUser, authorize);
  const around = [...defaults.use, ...use];
  const run: Run =
    input === undefined
      ? (context) => handler(context.input, context)
      : (context) => validated(input, handler, context);
  return {
    name,
    run: compose(guard === undefined ? around : [guard, ...around], run),
    timeoutMs: timeoutMs ?? defaults.timeoutMs,
    input,
    streams: /Generator/.test(Object.prototype.toString.call(handler)),
    idempotent,
    task,
    queued,
    rateLimit: preparedRate(name, rateLimit),
    bare: around.length === 0,
    metrics: new CallMetrics(name, defaults.errors),
  };
}

function read(name: string, definition: ProcedureDefinition) {
  const { handler, input, timeoutMs, use, task, queued, idempotent, requireUser, authorize, rateLimit } =
    typeof definition === "function" ? { handler: definition } : { timeoutMs: undefined, ...definition };
  if (typeof handler !== "function") {
    throw new TypeError(`The procedure "${name}" needs a function, or an object with a handler.`);
  }
  if (input !== undefined && typeof input["~standard"]?.validate !== "function") {
    throw new TypeError(`The input of "${name}" must be a Standard Schema validator, as zod, valibot or arktype make.`);
  }
  if (authorize !== undefined && typeof authorize !== "function") {
    throw new TypeError(`authorize of the procedure "${name}" must be a function.`);
  }
  return {
    handler: handler as Handler,
    input: input as StandardSchema | undefined,
    timeoutMs,
    use: use ?? [],
    requireUser,
    authorize,
    task,
    queued,
    idempotent: idempotent ?? task?.idempotent ?? false,
    rateLimit,
  };
}

function preparedRate(name: string, rateLimit: RateLimit | undefined): RateRule | undefined {
  try {
    return rateRule(`call ${name}`, rateLimit);
  } catch (error) {
    throw new RangeError(`The procedure "${name}": ${(error as Error).message}`, { cause: error });
  }
}

function validated(schema: StandardSchema, handler: Handler, context: CallContext): unknown {
  const result = schema["~standard"].validate(context.input);
  if (result instanceof Promise) {
    return result.then((later) => {
      if (later.issues !== undefined) throw refusal(later.issues, "input");
      context.input = later.value;
      return handler(later.value, context);
    });
  }
  if (result.issues !== undefined) throw refusal(result.issues, "input");
  context.input = result.value;
  return handler(result.value, context);
}

/** What a caller is told of a value that its schema refuses. */
export function refusal(issues: readonly SchemaIssue[], what: string): AppError {
  const told = issues.slice(0, 10).map((issue) => ({ message: issue.message, path: issue.path?.map(step) ?? [] }));
  const [first] = told;
  const where = first === undefined || first.path.length === 0 ? "" : ` at ${first.path.join(".")}`;
  return new AppError("BAD_REQUEST", `The ${what} is not valid${where}: ${first?.message ?? "refused"}`, {
    issues: told,
  });
}

function step(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof segment === "object" ? segment.key : segment);
}
