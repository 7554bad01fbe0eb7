import type { TaskSource } from "./order.ts";
import type { TaskContext } from "./task.ts";

export type LoadedTask = (input: unknown, context: TaskContext<unknown>) => unknown;

const loaded = new Map<string, Promise<LoadedTask>>();

/** Loads a task's file, once. Rejects, naming the file, where it cannot be loaded or has no such function. */
export function loadTask(source: TaskSource): Promise<LoadedTask> {
  const key = `${source.url} ${source.export ?? ""}`;
  let task = loaded.get(key);
  if (task === undefined) {
    task = load(source);
    loaded.set(key, task);
  }
  return task;
}

async function load(source: TaskSource): Promise<LoadedTask> {
  const exports = (await import(source.url)) as Readonly<Record<string, unknown>>;
  const task = find(exports, source.export);
  if (typeof task === "function") return task as LoadedTask;
  const wanted = source.export === undefined ? "neither a default function nor exactly one" : `no "${source.export}"`;
  throw new Error(`The file exports ${wanted} function.`);
}

function find(exports: Readonly<Record<string, unknown>>, name: string | undefined): unknown {
  if (name !== undefined) return Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof exports.default === "function") return exports.default;
  const functions = Object.values(exports).filter((value) => typeof value === "function");
  return functions.length === 1 ? functions[0] : undefined;
}
