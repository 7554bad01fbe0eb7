import type { ProcedureDefinition } from "../app.ts";
import type { Procedures } from "../dispatch/procedures.ts";
import type { HealthReport } from "../health.ts";
import { peerProcedures } from "../peers/peer-procedures.ts";
import type { Peers } from "../peers/peers.ts";
import type { ChannelAccess } from "../pubsub/channel-access.ts";
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
  access(): ChannelAccess;
}

/** The server's own procedures. Their names begin with `$`, which an application's may not. */
export function builtins({
  health,
  procedures,
  history,
  peers,
  presence,
  access,
}: BuiltinServices): Readonly<Record<string, ProcedureDefinition>> {
  // made at the first question and kept: JSON Schemas are dear, and the procedures stay what they are
  let described: readonly ProcedureDescription[] | undefined;
  return {
    $ping: { idempotent: true, requireUser: false, handler: () => "pong" },
    $health: { idempotent: true, requireUser: false, handler: () => health() },
    $procedures: {
      idempotent: true,
      handler: () => {
        described ??= describeProcedures(procedures());
        return described;
      },
    },
    $history: historyProcedure(history, access),
    $presence: presenceProcedure(presence, access),
    ...peerProcedures(peers),
  };
}
