/** Compiled, never run: what `defineProcedures` must infer, and what it must refuse. */

import { z } from "zod";
import type { InputOf, OutputOf, ProceduresOf } from "../../../shared/contract.ts";
import { type All, type Equal, same } from "../../../shared/test/type-checks.ts";
import { createWorker, defineProcedures, type WorkerContext } from "./worker.ts";

interface Size {
  width: number;
}

const procedures = defineProcedures({
  plain: (_context: WorkerContext, { width }: Size) => width * 2,
  none: () => "text",
  late: async (context: WorkerContext, text: string) => `${context.job.id} ${text}`,
  checked: {
    input: z.object({ width: z.number() }),
    handler: (context, input) => {
      same<typeof context, WorkerContext>();
      same<typeof input, { width: number }>();
      return input.width;
    },
  },
  coerced: { input: z.string().transform(Number), handler: async (_context, number) => number > 1 },
});

type Procedures = ProceduresOf<typeof procedures>;

export type InputChecks = All<
  [
    Equal<InputOf<Procedures["plain"]>, Size>,
    Equal<InputOf<Procedures["none"]>, undefined>,
    Equal<InputOf<Procedures["late"]>, string>,
    Equal<InputOf<Procedures["checked"]>, { width: number }>,
    // callers pass what goes into the schema, and handlers get what comes out
    Equal<InputOf<Procedures["coerced"]>, string>,
  ]
>;

export type OutputChecks = All<
  [
    Equal<OutputOf<Procedures["plain"]>, number>,
    Equal<OutputOf<Procedures["none"]>, string>,
    Equal<OutputOf<Procedures["late"]>, string>,
    Equal<OutputOf<Procedures["checked"]>, number>,
    Equal<OutputOf<Procedures["coerced"]>, boolean>,
  ]
>;

export async function used(): Promise<void> {
  const worker = createWorker({ group: "images", procedures, url: "redis://localhost" });
  const left = await worker.close();
  same<typeof left, number>();
}

export function refused(): void {
  // @ts-expect-error a procedure needs a handler
  defineProcedures({ wrong: { input: z.string() } });
  // @ts-expect-error a schema of something else than the handler takes
  defineProcedures({ wrong: { input: z.string(), handler: (_: WorkerContext, number: number) => number } });
  // @ts-expect-error a number is no procedure
  defineProcedures({ wrong: 5 });
  // @ts-expect-error the first parameter is the context
  defineProcedures({ wrong: (input: number, other: number) => input + other });
  // @ts-expect-error procedures are needed
  createWorker({ group: "images", url: "redis://localhost" });
  // @ts-expect-error no such option
  createWorker({ group: "images", procedures, url: "redis://localhost", threads: 5 });
}
