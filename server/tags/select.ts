import type { Connection } from "../connection/connection.ts";
import { numberOf } from "../connection/connection-id.ts";
import type { Connections } from "../connection/connections.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Selector } from "./selector.ts";
import { tagOf } from "./tags.ts";

export interface SelectServices {
  readonly connections: Pick<Connections, "get" | "values" | "tags" | "size">;
  readonly sessions: Pick<Sessions, "ofUser" | "connectionOf">;
  /** Number of this socket worker. */
  readonly worker: number;
  /** The name of this host, where there may be several. */
  readonly node?: string | undefined;
}

/** Of all connections this part, and fewer, are few. */
const FEW = 16;

/** The value of a connection's tag, be it one that every connection has. */
export function tagValue(connection: Connection, name: string, worker: number): string | undefined {
  switch (name) {
    case "id":
      return connection.id;
    case "user":
      return connection.user;
    case "session":
      return connection.session?.id;
    case "worker":
      return String(worker);
    case "path":
      return connection.path;
    default:
      return tagOf(connection.tags, name);
  }
}

/** The connections here that are meant, and that anything sent to can still arrive at. */
export function select(selector: Selector, services: SelectServices): Connection[] {
  return [...candidates(selector, services)].filter((connection) => isMeant(connection, selector, services.worker));
}

/**
 * Some of them, in the order in which they were opened.
 * @param after number of the connection that the last ones ended with; 0 for the first ones
 * @param most how many
 */
export function selectPage(
  selector: Selector,
  after: number,
  most: number,
  services: SelectServices,
): { readonly page: readonly Connection[]; readonly more: boolean } {
  const found = candidates(selector, services);
  // the others are in the order in which they were found
  const inOrder = ordered(found, after, services);
  const page: Connection[] = [];
  for (const connection of inOrder) {
    if (numberOf(connection.id) <= after || !isMeant(connection, selector, services.worker)) continue;
    if (page.length === most) return { page, more: true };
    page.push(connection);
  }
  return { page, more: false };
}

/** Those behind a number, in their order. To look through all costs less than to put many in order. */
function ordered(found: Iterable<Connection>, after: number, { connections }: SelectServices): Iterable<Connection> {
  const isSet = found instanceof Set;
  if (!isSet && !Array.isArray(found)) return found;
  if (isSet && found.size * FEW > connections.size) return connections.values();
  return [...(found as Iterable<Connection>)]
    .map((connection) => [numberOf(connection.id), connection] as const)
    .filter(([number]) => number > after)
    .sort(([one], [other]) => one - other)
    .map(([, connection]) => connection);
}

function isMeant(connection: Connection, selector: Selector, worker: number): boolean {
  if (!connection.open) return false;
  return "ids" in selector || selector.tags.every(([name, value]) => tagValue(connection, name, worker) === value);
}

/** As few as can be found at once among which all that are meant are: those that one of the tags alone leaves the fewest. */
function candidates(selector: Selector, services: SelectServices): Iterable<Connection> {
  const { connections } = services;
  if ("ids" in selector) {
    return selector.ids.map((id) => connections.get(id)).filter((connection) => connection !== undefined);
  }
  let best: ReadonlySet<Connection> | undefined;
  for (const [name, value] of selector.tags) {
    const found = withTag(name, value, services);
    if (found !== undefined && (best === undefined || found.size < best.size)) best = found;
  }
  return best ?? connections.values();
}

/** All that have a tag; undefined where that is not known without looking at each. */
function withTag(name: string, value: string, services: SelectServices): ReadonlySet<Connection> | undefined {
  const { connections, sessions, worker } = services;
  switch (name) {
    case "user":
      return new Set(sessions.ofUser(value));
    case "session": {
      const connection = sessions.connectionOf(value);
      return new Set(connection === undefined ? [] : [connection]);
    }
    case "worker":
      return String(worker) === value ? undefined : new Set();
    case "path":
      return undefined;
    default:
      return connections.tags.of(name, value);
  }
}
