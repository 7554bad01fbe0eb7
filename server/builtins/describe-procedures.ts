import type { StandardSchema } from "../../shared/standard-schema.ts";
import type { Procedures } from "../dispatch/procedures.ts";

/** One procedure, for tools. */
export interface ProcedureDescription {
  readonly name: string;
  /** JSON Schema of the input, where its validator can tell. */
  readonly input?: unknown;
  /** Whether it answers item by item. */
  readonly streams?: true;
}

/** The part of Standard JSON Schema that some validators (zod 4.2 and later) add to Standard Schema. */
interface JsonSchemaSource {
  readonly jsonSchema?: { input(options: { target: string }): unknown };
}

/** Names and input schemas of all procedures, by name. */
export function describeProcedures(procedures: Procedures): ProcedureDescription[] {
  return [...procedures.values()]
    .map(({ name, input, streams }) => {
      const schema = input === undefined ? undefined : jsonSchema(input);
      return { name, ...(schema === undefined ? {} : { input: schema }), ...(streams ? { streams } : {}) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function jsonSchema(schema: StandardSchema): unknown {
  try {
    return (schema["~standard"] as JsonSchemaSource).jsonSchema?.input({ target: "draft-2020-12" });
  } catch {
    return undefined; // a transform, a custom check: there is no JSON Schema of it
  }
}
