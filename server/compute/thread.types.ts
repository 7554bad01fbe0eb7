/** Compiled, never run: what `thread` must make of a task's type, for clients and for other procedures. */

import { z } from "zod";
import type { InputOf, ItemOf, OutputOf, ProceduresOf, StreamNames } from "../../shared/contract.ts";
import { type All, type Equal, same } from "../../shared/test/type-checks.ts";
import { type CallContext, defineApp, type Task, type TaskContext, thread } from "../index.ts";

interface Point {
  x: number;
  y: number;
}

declare function plain(input: Point): number;
declare function late(text: string, context: TaskContext): Promise<Uint8Array>;
declare function none(): "nothing";
declare function optional(input?: number): boolean;
declare function items(to: number): Generator<number, "end">;
declare function lateItems(to: number): AsyncGenerator<Point, void>;
declare function iterated(to: number): IterableIterator<Point, "end">;
declare function promised(to: number): Promise<AsyncGenerator<Point, "end">>;
declare function list(to: number): Point[];
// biome-ignore lint/suspicious/noExplicitAny: what untyped code gives, like JSON.parse
declare function untypedResult(text: string): any;
declare function progressing(text: string, context: TaskContext<Point>): Promise<"done">;
declare function both(to: number, context: TaskContext<string>): AsyncGenerator<number, Date>;
declare function destructured(input: Point, { progress }: TaskContext<number>): void;

const url = new URL("file:///task.js");
const point = z.object({ x: z.number(), y: z.number() });
const pointFromText = z.string().transform((text): Point => JSON.parse(text));

const app = defineApp({
  procedures: {
    plain: thread<typeof plain>(url),
    late: thread<typeof late>(url, { timeoutMs: 5, priority: "low", concurrency: 1, idempotent: true, export: "late" }),
    none: thread<typeof none>(url),
    optional: thread<typeof optional>(url),
    items: thread<typeof items>(url),
    lateItems: thread<typeof lateItems>(url),
    iterated: thread<typeof iterated>(url),
    promised: thread<typeof promised>(url),
    list: thread<typeof list>(url),
    untypedResult: thread<typeof untypedResult>(url),
    progressing: thread<typeof progressing>(url),
    both: thread<typeof both>(url),
    destructured: thread<typeof destructured>(url),
    checked: thread<typeof plain>(url, { input: point }),
    transformed: thread<typeof plain, typeof pointFromText>(url, { input: pointFromText }),
    defaulted: thread<typeof items, z.ZodDefault<z.ZodNumber>>(url, { input: z.number().default(5) }),
    untyped: thread(url),
    untypedChecked: thread(url, { input: pointFromText }),
  },
});

type Procedures = ProceduresOf<typeof app>;

export type InputChecks = All<
  [
    Equal<InputOf<Procedures["plain"]>, Point>,
    Equal<InputOf<Procedures["late"]>, string>,
    Equal<InputOf<Procedures["none"]>, undefined>,
    Equal<InputOf<Procedures["optional"]>, number | undefined>,
    Equal<InputOf<Procedures["items"]>, number>,
    Equal<InputOf<Procedures["progressing"]>, string>,
    Equal<InputOf<Procedures["checked"]>, Point>,
    // callers pass what goes into the schema, and the task gets what comes out
    Equal<InputOf<Procedures["transformed"]>, string>,
    Equal<InputOf<Procedures["defaulted"]>, number | undefined>,
    Equal<InputOf<Procedures["untyped"]>, unknown>,
    Equal<InputOf<Procedures["untypedChecked"]>, string>,
  ]
>;

export type OutputChecks = All<
  [
    Equal<OutputOf<Procedures["plain"]>, number>,
    Equal<OutputOf<Procedures["late"]>, Uint8Array>,
    Equal<OutputOf<Procedures["iterated"]>, "end">,
    Equal<OutputOf<Procedures["promised"]>, "end">,
    Equal<OutputOf<Procedures["list"]>, Point[]>,
    Equal<ItemOf<Procedures["iterated"]>, Point>,
    Equal<ItemOf<Procedures["promised"]>, Point>,
    Equal<ItemOf<Procedures["list"]>, never>,
    Equal<ItemOf<Procedures["untypedResult"]>, never>,
    Equal<OutputOf<Procedures["none"]>, "nothing">,
    Equal<OutputOf<Procedures["optional"]>, boolean>,
    Equal<OutputOf<Procedures["items"]>, "end">,
    Equal<OutputOf<Procedures["lateItems"]>, void>,
    Equal<OutputOf<Procedures["progressing"]>, "done">,
    Equal<OutputOf<Procedures["both"]>, Date>,
    Equal<OutputOf<Procedures["destructured"]>, void>,
    Equal<OutputOf<Procedures["transformed"]>, number>,
    Equal<OutputOf<Procedures["defaulted"]>, "end">,
    Equal<OutputOf<Procedures["untyped"]>, unknown>,
    Equal<OutputOf<Procedures["untypedChecked"]>, unknown>,
  ]
>;

export type StreamChecks = All<
  [
    Equal<ItemOf<Procedures["items"]>, number>,
    Equal<ItemOf<Procedures["lateItems"]>, Point>,
    Equal<ItemOf<Procedures["progressing"]>, Point>,
    Equal<ItemOf<Procedures["both"]>, number | string>,
    Equal<ItemOf<Procedures["destructured"]>, number>,
    Equal<ItemOf<Procedures["defaulted"]>, number>,
    Equal<ItemOf<Procedures["plain"]>, never>,
    Equal<ItemOf<Procedures["late"]>, never>,
    Equal<
      StreamNames<Omit<Procedures, "untyped" | "untypedChecked">>,
      "items" | "lateItems" | "iterated" | "promised" | "progressing" | "both" | "destructured" | "defaulted"
    >,
  ]
>;

export async function ranByAnother(context: CallContext): Promise<void> {
  const sum = await thread<typeof plain>(url).run({ x: 1, y: 2 }, context);
  same<typeof sum, number>();
  const end = await thread<typeof items>(url).run(5, context);
  same<typeof end, "end">();
  const done = await thread<typeof progressing>(url).run("text", context);
  same<typeof done, "done">();
  const bytes = await thread<typeof late>(url).run("text", context);
  same<typeof bytes, Uint8Array>();
  // past the schema: what the task takes, not what clients pass
  const checked = await thread<typeof plain, typeof pointFromText>(url, { input: pointFromText }).run(
    { x: 1, y: 2 },
    context,
  );
  same<typeof checked, number>();
  const anything = await thread(url).run({ any: "data" }, context);
  same<typeof anything, unknown>();

  // @ts-expect-error wrong input
  await thread<typeof plain>(url).run({ x: 1 }, context);
  // @ts-expect-error on whose behalf?
  await thread<typeof plain>(url).run({ x: 1, y: 2 });
  // @ts-expect-error not what clients pass
  await thread<typeof plain, typeof pointFromText>(url, { input: pointFromText }).run("text", context);
}

export const task: Task = plain;
export const streamingTask: Task = both;

export function tasks(): void {
  // a task that says nothing of items has nothing to report
  const silent = (_: number, { progress }: TaskContext) => {
    // @ts-expect-error no item is one
    progress(1);
  };
  const counting = (_: number, { progress, signal }: TaskContext<number>) => {
    same<typeof signal, AbortSignal>();
    progress(1);
    // @ts-expect-error a wrong item
    progress("1");
  };
  thread<typeof silent>(url);
  thread<typeof counting>(url);
}

export function refused(): void {
  // @ts-expect-error a path is no URL
  thread("./task.js");
  // @ts-expect-error no such option
  thread(url, { timeout: 5 });
  // @ts-expect-error no such priority
  thread(url, { priority: "urgent" });
  // @ts-expect-error a schema of something else than the task takes
  thread<typeof plain>(url, { input: z.string() });
  // @ts-expect-error a schema that makes something else than the task takes
  thread<typeof plain, z.ZodString>(url, { input: z.string() });
  // @ts-expect-error the handler is the task
  thread<typeof plain>(url, { handler: () => 1 });
  // @ts-expect-error a task is a function
  thread<number>(url);
  // @ts-expect-error the second parameter is the context
  thread<(a: number, b: number) => number>(url);
}
