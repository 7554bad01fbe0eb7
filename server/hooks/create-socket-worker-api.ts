import type { Emitter } from "../../shared/emitter.ts";
import type { ServerEvents } from "../app.ts";
import { Connection } from "../connection/connection.ts";
import type { Connections } from "../connection/connections.ts";
import { bodyOf, DirectBody } from "../control/direct-body.ts";
import type { Services } from "../dispatch/services.ts";
import type { EventFramesOptions } from "../pubsub/event-frames.ts";
import { select } from "../tags/select.ts";
import { readSelector } from "../tags/selector.ts";
import type { MemoryTransport } from "../transport/memory-transport.ts";
import { connectLocally } from "./local-clients.ts";
import { shownConfig } from "./shown-config.ts";
import type { LocalConnections, SocketWorkerApi } from "./socket-worker-api.ts";

export interface SocketWorkerApiOptions {
  readonly services: Services;
  readonly connections: Connections;
  readonly frames: EventFramesOptions;
  readonly events: Emitter<ServerEvents>;
  readonly memory: MemoryTransport<Connection>;
  /** Gets what ends with the hooks. */
  later(undo: () => void): void;
}

/** What hooks get in a socket worker. */
export function createSocketWorkerApi({
  services,
  connections,
  frames,
  events,
  memory,
  later,
}: SocketWorkerApiOptions): SocketWorkerApi {
  const { config, worker, log, sessions, publish, users } = services;
  const local: LocalConnections = {
    get size() {
      return connections.size;
    },
    [Symbol.iterator]: () => connections.values(),
    get: (id) => connections.get(id),
    select: (tags) => select(readSelector(Object.entries(tags)), { connections, sessions, worker }),
    sessionOf: (connection) => sessions.of(connection),
    setTags: (connection, changes) => sessions.of(connection).setTags(changes),
    send(to, data) {
      const direct = new DirectBody(bodyOf(data, frames.pack), frames);
      for (const connection of to instanceof Connection ? [to] : to) direct.sendTo(connection);
    },
  };
  return {
    ...{ log, worker, node: config.node, config: shownConfig(config), connections: local, publish },
    toUser: users.toUser,
    toTagged: users.toTagged,
    revoke: users.revoke,
    connect: (options = {}) =>
      connectLocally(options, {
        ...{ transport: memory, pack: frames.pack },
        failed: (error) => log.error({ error }, "whoever plays a client without a network threw"),
      }),
    on(event, listener) {
      const release = events.on(event, listener);
      // the emitter outlives this worker: a server may listen, close, and listen again
      later(release);
      return release;
    },
  };
}
