import type { Connection } from "../connection/connection.ts";
import { numberOf } from "../connection/connection-id.ts";
import { type SelectServices, selectPage } from "../tags/select.ts";
import type { Selector } from "../tags/selector.ts";
import type { ConnectionFacts, ConnectionPage, TagTree } from "./control-questions.ts";

/** Values that one answer tells at most. */
const MOST_VALUES = 10_000;
/** Connections that are told of in one answer at most. */
const MOST_LISTED = 1_000;

/** One connection, for people and tools to look at. */
function factsOf(connection: Connection, { worker, node }: SelectServices): ConnectionFacts {
  const { id, path, user, session, address, tags } = connection;
  return {
    id,
    ...(node !== undefined && { node }),
    ...{ worker, path },
    ...(user !== undefined && { user }),
    ...(session !== undefined && { session: session.id }),
    ...{ address, tags },
  };
}

/**
 * Tells of the connections that are meant, page by page.
 * @param after where the last page ended; 0 for the first one
 * @param most connections on the page
 */
export function listConnections(
  selector: Selector,
  after: number,
  most: number,
  services: SelectServices,
): ConnectionPage {
  const { page, more } = selectPage(selector, after, Math.min(most, MOST_LISTED), services);
  const connections = page.map((connection) => factsOf(connection, services));
  const last = page.at(-1);
  return more && last !== undefined ? { connections, next: numberOf(last.id) } : { connections };
}

/** Tags that connections have; ids and sessions, of which each has its own, aside. */
export function tagTree({ connections, worker }: SelectServices): TagTree {
  const tree = new Map<string, Set<string>>();
  let count = 0;
  let more = false;
  const add = (name: string, value: string) => {
    const values = tree.get(name);
    if (values?.has(value)) return;
    if (count >= MOST_VALUES) {
      more = true;
      return;
    }
    count++;
    if (values === undefined) tree.set(name, new Set([value]));
    else values.add(value);
  };
  for (const connection of connections.values()) {
    if (!connection.open) continue;
    for (const [name, value] of Object.entries(connection.tags)) add(name, value);
    if (connection.user !== undefined) add("user", connection.user);
    add("path", connection.path);
    add("worker", String(worker));
  }
  return { values: [...tree].flatMap(([name, values]) => [...values].map((value) => [name, value] as const)), more };
}
