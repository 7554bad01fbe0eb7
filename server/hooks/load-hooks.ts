import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { StartError } from "../start-error.ts";
import type { Hooks, NamedHooks } from "./hooks.ts";

/** What `createServer` is given: hooks, or files of them. */
export type GivenHooks = readonly (string | Hooks)[];

/**
 * Loads hooks, in their order.
 * @param given files are relative to the working directory
 * @param simulated connections that each socket worker makes up; 0 for none
 * @throws StartError where a file cannot be loaded, or exports none
 */
export async function loadHooks(given: GivenHooks, simulated: number): Promise<NamedHooks[]> {
  const loaded: NamedHooks[] = [];
  // one after the other: a module may count on what the one before it has done
  for (const [index, one] of given.entries()) {
    if (typeof one === "string") loaded.push({ name: one, hooks: await loadFile(one) });
    else loaded.push({ name: `number ${index + 1} of createServer's`, hooks: one });
  }
  if (simulated > 0) {
    const { simulate } = await import("../simulate/simulate.ts");
    loaded.push({ name: "the option simulate", hooks: simulate({ connections: simulated }) });
  }
  return loaded;
}

async function loadFile(file: string): Promise<Hooks> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartError(`the hooks of ${file} cannot be loaded: ${text}`, { cause: error });
  }
  const found = [module.hooks, module.default, module].find(isHooks);
  if (found !== undefined) return found;
  throw new StartError(`${file} exports no hooks; it needs: export function socketWorker(api) { … }, or primary`);
}

function isHooks(value: unknown): value is Hooks {
  if (typeof value !== "object" || value === null) return false;
  const { socketWorker, primary } = value as Hooks;
  return typeof socketWorker === "function" || typeof primary === "function";
}
