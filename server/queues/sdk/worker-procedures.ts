import type { Contract } from "../../../shared/contract.ts";
import { AppError } from "../../../shared/errors.ts";
import { createPack } from "../../../shared/msgpack-codec.ts";
import type { SchemaInput, StandardSchema } from "../../../shared/standard-schema.ts";
import { refusal } from "../../dispatch/procedures.ts";
import { checkProcedure, type Job } from "../job.ts";
import type { JobRun, Outcome } from "../job-queue.ts";
import { JobContext, outputOf, packed, type WorkerContext } from "./worker-context.ts";

/** A procedure of a worker, with options. */
export interface WorkerProcedureOptions<Input> {
  /**
   * Any Standard Schema validator: zod, valibot, arktype. What it returns is what the handler gets; what it refuses is
   * answered with BAD_REQUEST.
   * @default none: the handler gets what the client sent, whatever its annotation says
   */
  readonly input?: StandardSchema<unknown, Input>;
  readonly handler: (context: WorkerContext, input: Input) => unknown;
}

/** A procedure of a worker as its author writes it: a plain function, or one with options. */
export type WorkerProcedure<Input = never> =
  | ((context: WorkerContext, input: never) => unknown)
  | WorkerProcedureOptions<Input>;

type WorkerDefinitions<Inputs> = { readonly [Name in keyof Inputs]: WorkerProcedure<Inputs[Name]> };

/** Procedures by name, whatever they take. */
export type AnyWorkerProcedures = Readonly<Record<string, WorkerProcedure>>;

type HandlerOf<Procedure> = Procedure extends { readonly handler: infer Handler } ? Handler : Procedure;

/** What a caller passes: what the schema takes, or else the handler's second parameter; undefined where there is none. */
export type WorkerInputOf<Procedure> = Procedure extends { readonly input: infer Schema extends StandardSchema }
  ? SchemaInput<Schema>
  : HandlerOf<Procedure> extends (...parameters: infer Parameters) => unknown
    ? Parameters extends readonly [unknown, infer Input, ...unknown[]]
      ? Input
      : undefined
    : never;

/** What it gives, awaited. */
export type WorkerOutputOf<Procedure> =
  HandlerOf<Procedure> extends (...parameters: never) => infer Return ? Awaited<Return> : never;

/** The same procedures as callers see them. */
export type CalledProcedures<Procedures> = {
  readonly [Name in keyof Procedures]: (input: WorkerInputOf<Procedures[Name]>) => WorkerOutputOf<Procedures[Name]>;
};

/** What `defineProcedures` gives. */
export type WorkerProcedures<Procedures = unknown> = Contract<CalledProcedures<Procedures>> & {
  readonly procedures: AnyWorkerProcedures;
};

/**
 * Puts procedures together for `createWorker`, or for `fugitive worker ./that-module.js`, which looks for it as `procedures`
 * or as the default of a module. Handlers get their input's type from the schema where there is one, and otherwise from their
 * own annotation.
 *
 * @example
 * export const procedures = defineProcedures({
 *   resize: { input: z.object({ width: z.number() }), handler: (context, { width }) => resize(width) },
 * });
 * @throws RangeError where a name is none
 */
export function defineProcedures<
  Procedures = Record<never, never>,
  Inputs extends Record<string, unknown> = Record<never, never>,
>(procedures: Procedures & WorkerDefinitions<Inputs>): WorkerProcedures<Procedures> {
  return { procedures: procedures as unknown as AnyWorkerProcedures };
}

/** A procedure, ready to run. */
export type PreparedProcedure = (job: Job, run: JobRun) => Promise<Outcome>;

const { unpack } = createPack();

/** Makes procedures ready. @param failed told of each failure @throws TypeError, RangeError */
export function prepareProcedures(
  { procedures }: WorkerProcedures,
  failed: (job: Job, error: unknown) => void,
): ReadonlyMap<string, PreparedProcedure> {
  const prepared = new Map<string, PreparedProcedure>();
  for (const [name, definition] of Object.entries(procedures)) {
    prepared.set(checkProcedure(name), prepareProcedure(name, definition, failed));
  }
  if (prepared.size === 0) throw new TypeError("A worker needs at least one procedure.");
  return prepared;
}

function prepareProcedure(
  name: string,
  definition: WorkerProcedure,
  failed: (job: Job, error: unknown) => void,
): PreparedProcedure {
  const { handler, input: schema } = typeof definition === "function" ? { handler: definition } : definition;
  if (typeof handler !== "function") {
    throw new TypeError(`The procedure "${name}" needs a function, or an object with a handler.`);
  }
  if (schema !== undefined && typeof schema["~standard"]?.validate !== "function") {
    throw new TypeError(`The input of "${name}" must be a Standard Schema validator, as zod, valibot or arktype make.`);
  }
  const call = handler as (context: WorkerContext, input: unknown) => unknown;
  return async (job, run) => {
    const context = new JobContext(job, run);
    const session = () => (context.change === undefined ? {} : { session: context.change });
    try {
      const asked = unpack(job.input);
      const input = schema === undefined ? asked : await checked(schema, asked);
      const given = await call(context, input);
      return { kind: "result", output: context.replied ?? outputOf(given), ...session() };
    } catch (error) {
      if (error instanceof AppError && encodes(error.details)) {
        const { code, message, details } = error;
        return { kind: "error", code, message, ...(details !== undefined && { details }), ...session() };
      }
      failed(job, error);
      throw error;
    }
  };
}

async function checked(schema: StandardSchema, given: unknown): Promise<unknown> {
  const result = await schema["~standard"].validate(given);
  if (result.issues !== undefined) throw refusal(result.issues, "input");
  return result.value;
}

function encodes(details: unknown): boolean {
  try {
    packed(details);
    return true;
  } catch {
    return false;
  }
}
