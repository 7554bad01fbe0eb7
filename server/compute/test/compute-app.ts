import {
  type App,
  defineApp,
  type StandardSchema,
  type ThreadOptions,
  type ThreadProcedure,
  thread,
} from "../../index.ts";

type AnyTask = (input: unknown) => unknown;

export type TestTaskOptions = ThreadOptions & {
  readonly input?: StandardSchema;
  /** The task's file, beside this one. @default "tasks.mjs" */
  readonly file?: string;
};

/** A procedure whose task is an export of a file beside this one. */
export function taskOf(
  name: string,
  { file = "tasks.mjs", ...options }: TestTaskOptions = {},
): ThreadProcedure<AnyTask> {
  return thread<AnyTask>(new URL(file, import.meta.url), { export: name, ...options });
}

/** An application of such procedures, each with the name of its task. */
export function tasksApp(tasks: Readonly<Record<string, TestTaskOptions>>): App {
  const entries = Object.entries(tasks).map(([name, options]) => [name, taskOf(name, options)]);
  return defineApp({ procedures: { ...Object.fromEntries(entries) } });
}
