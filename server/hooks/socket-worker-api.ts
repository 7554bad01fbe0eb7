import type { ServerEvents, UserActions } from "../app.ts";
import type { Config } from "../config.ts";
import type { Connection } from "../connection/connection.ts";
import type { Logger } from "../logger.ts";
import type { Session } from "../sessions/session.ts";
import type { LocalClient, LocalClientOptions } from "./local-client.ts";

/** The connections of one socket worker. */
export interface LocalConnections extends Iterable<Connection> {
  readonly size: number;
  /** The connection of that id, where it is one of this socket worker. */
  get(id: string): Connection | undefined;
  /**
   * Those that have each of these tags; `id`, `user`, `session`, `worker` and `path` are tags of every one.
   * @throws RangeError where there is none, or it is none
   */
  select(tags: Readonly<Record<string, string>>): Connection[];
  /** The session of a connection: who its client is, and its tags. One that never had any gets one. */
  sessionOf(connection: Connection): Session;
  /**
   * Sets tags, and deletes those given as null or undefined.
   * @throws RangeError where a name or a value is none, or there would be more than 100
   */
  setTags(connection: Connection, changes: Readonly<Record<string, string | null | undefined>>): void;
  /**
   * Sends one connection, or several, something: it arrives as an EVENT of the channel `$direct`, on a raw connection as
   * text or bytes.
   * @throws AppError `BAD_REQUEST` where it cannot be encoded
   */
  send(to: Connection | Iterable<Connection>, data: unknown): void;
}

/** What hooks may do in a socket worker. */
export interface SocketWorkerApi extends UserActions {
  readonly log: Logger;
  /** This socket worker's number: from 1, or 0 where one process does all. */
  readonly worker: number;
  /** This host's name, as configured. */
  readonly node: string;
  /** Options that are secrets have their defaults in there. */
  readonly config: Config;
  /** Those of this socket worker; `toUser` and `toTagged` reach those of all. */
  readonly connections: LocalConnections;
  /** Publishes to a channel. */
  publish(channel: string, data: unknown): void;
  /**
   * Opens a connection without a network, for simulations, tests, and what else speaks the protocol within this process.
   * It is a connection like any other, but that no limit of connects holds for it.
   * @returns undefined where it is refused, as by a server that is about to end
   * @example
   * const client = api.connect({ message: (message) => log.info({ message }, "said") });
   * client?.send([2, 1, "math.add", { x: 1, y: 2 }]);
   */
  connect(options?: LocalClientOptions): LocalClient | undefined;
  /** Listens to what happens here; the function returned stops that, and the end of the process. */
  on<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents[Name]): () => void;
}
