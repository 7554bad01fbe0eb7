import { AppError } from "../../shared/errors.ts";
import type { ConnectionFacts } from "../control/control-questions.ts";
import { askEveryone } from "../control-port/everyone.ts";
import { BadRequest, type Controlled } from "../control-port/route.ts";
import { filterOf } from "../control-port/tag-routes.ts";
import type { ConnectionSearch, Cursor, FoundConnections } from "./requests.ts";

/** Connections on one page. */
const PAGE = 20;

/** Finds connections by their tags, page by page: those of one worker after those of the other. */
export async function findConnections(
  { query, from }: ConnectionSearch,
  primary: Pick<Controlled, "control" | "workers">,
): Promise<FoundConnections> {
  const selector = selectorOf(query);
  const { answers, silent } = await askEveryone(primary, "count", selector);
  const counts = answers.toSorted((one, other) => one.member - other.member);
  const connections: ConnectionFacts[] = [];
  const missing = new Set(silent);
  const numbers = new Map(primary.workers.map(({ member, number }) => [member, number]));
  let next: Cursor | undefined;
  for (const { member, answer: count } of counts) {
    if (count === 0 || member < (from?.member ?? 0)) continue;
    if (connections.length === PAGE) {
      next = { member, after: 0 };
      break;
    }
    const after = member === from?.member ? from.after : 0;
    const page = (await primary.control.ask(member, "list", [selector, after, PAGE - connections.length]))?.answer;
    if (page === undefined) missing.add(numbers.get(member) ?? member);
    else connections.push(...page.connections);
    if (page?.next === undefined) continue;
    next = { member, after: page.next };
    break;
  }
  const total = counts.reduce((sum, { answer }) => sum + answer, 0);
  return { total, connections, silent: [...missing], ...(next !== undefined && { next }) };
}

function selectorOf(query: string) {
  try {
    return filterOf({ query: new URLSearchParams(query) });
  } catch (error) {
    throw error instanceof BadRequest ? new AppError("BAD_REQUEST", error.message) : error;
  }
}
