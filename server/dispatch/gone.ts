import type { Connection } from "../connection/connection.ts";
import type { Connections } from "../connection/connections.ts";
import { RawConnection, type RawListener } from "../gateway/raw-connection.ts";
import type { DoorMetrics } from "../metrics/door-metrics.ts";
import type { Peers } from "../peers/peers.ts";
import type { ConnectGate } from "../rates/connect-gate.ts";
import type { Services } from "./services.ts";

export interface GoneServices
  extends Pick<Services, "access" | "events" | "hub" | "limiter" | "log" | "presence" | "sessions" | "watch"> {
  readonly connections: Connections;
  readonly gate: Pick<ConnectGate, "left">;
  readonly door: Pick<DoorMetrics, "closed">;
  readonly raw: Pick<RawListener, "closed">;
  /** Undefined where the application lets none meet. */
  readonly peers: Peers | undefined;
}

/** A connection is gone: everybody forgets it. @param code the WebSocket close code */
export function gone(connection: Connection, code: number, services: GoneServices): void {
  const { access, connections, door, events, gate, hub, limiter, log, peers, presence, raw, sessions, watch } =
    services;
  connections.delete(connection);
  connection.tap?.closed(code);
  door.closed(code);
  gate.left(connection);
  limiter.left(connection);
  // ahead of its calls: only the code tells whether it may come back
  peers?.closed(connection, code);
  for (const call of connection.calls?.values() ?? []) call.abandon();
  watch.closed(connection);
  access.forget(connection);
  presence.forget(connection);
  hub.forget(connection);
  sessions.left(connection);
  log.debug({ connection: connection.id, code }, "connection closed");
  if (connection instanceof RawConnection) raw.closed(connection, code);
  events.emit("terminated", connection, code);
}
