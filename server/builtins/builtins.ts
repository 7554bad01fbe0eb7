import type { ProcedureDefinition } from "../app.ts";
import type { Procedures } from "../dispatch/procedures.ts";
import type { HealthReport } from "../health.ts";
import { peerProcedures } from "../peers/peer-procedures.ts";
import type { Peers } from "../peers/peers.ts";
import type { Presence } from "../pubsub/presence.ts";
import { describeProcedures, type ProcedureDescription } from "./describe-procedures.ts";
import { type HistoryServices, historyProcedure } from "./history.ts";
import { presenceProcedure } from "./presence-procedure.ts";

export interface BuiltinServices {
  health(): Promise<HealthReport>;
  procedures(): Procedures;
  readonly history: HistoryServices;
  /** Undefined where the application lets none meet. */
  readonly peers: Peers | undefined;
  presence(): Presence;
}

/** The server's own procedures. Their names begin with `$`, which an application's may not. */
export function builtins({
  health,
  procedures,
  history,
  peers,
  presence,
}: BuiltinServices): Readonly<Record<string, ProcedureDefinition>> {
  // made at the first question and kept: JSON Schemas are dear, and the procedures stay what they are
  let described: readonly ProcedureDescription[] | undefined;
  return {
    $ping: { idempotent: true, handler: () => "pong" },
    $health: { idempotent: true, handler: () => health() },
    $procedures: {
      idempotent: true,
      handler: () => {
        described ??= describeProcedures(procedures());
        return described;
      },
    },
    $history: historyProcedure(history),
    $presence: presenceProcedure(presence),
    ...peerProcedures(peers),
  };
}
