import type { ClientProcedure } from "./procedures.ts";

/** Procedures by name, each with what makes it another registration than one before it. */
export type Registry = Map<string, { readonly procedure: ClientProcedure }>;

/** Puts a procedure in; the function returned takes it out. @throws Error where the name is taken */
export function register(registry: Registry, name: string, procedure: ClientProcedure): () => void {
  if (registry.has(name)) throw new Error(`The procedure "${name}" is registered already.`);
  const entry = { procedure };
  registry.set(name, entry);
  return () => {
    if (registry.get(name) === entry) registry.delete(name);
  };
}
