import type { ProcedureDefinition } from "../app.ts";
import type { Procedures } from "../dispatch/procedures.ts";
import type { HealthReport } from "../health.ts";
import { describeProcedures } from "./describe-procedures.ts";

export interface BuiltinServices {
  health(): Promise<HealthReport>;
  procedures(): Procedures;
}

/** The server's own procedures. Their names begin with `$`, which an application's may not. */
export function builtins({ health, procedures }: BuiltinServices): Readonly<Record<string, ProcedureDefinition>> {
  return {
    $ping: () => "pong",
    $health: () => health(),
    $procedures: () => describeProcedures(procedures()),
  };
}
