import { AppError } from "../../shared/errors.ts";
import type { ConnectionFacts } from "../control/control-questions.ts";
import { askEverywhere, workerNumbers } from "../control-port/everyone.ts";
import { BadRequest, type Controlled } from "../control-port/route.ts";
import { filterOf } from "../control-port/tag-routes.ts";
import { ANSWER_MS } from "../primary/control-desk.ts";
import type { ConnectionSearch, Cursor, FoundConnections } from "./requests.ts";

/** Connections on one page. */
const PAGE = 20;

/** Finds connections by their tags, page by page: those of one worker after those of the other. */
export async function findConnections(
  { query, from }: ConnectionSearch,
  primary: Pick<Controlled, "control" | "workers">,
): Promise<FoundConnections> {
  const selector = selectorOf(query);
  const { answers, silent } = await askEverywhere(primary, "count", selector);
  const counts = answers.toSorted(inOrder);
  const connections: ConnectionFacts[] = [];
  const missing = new Set(silent);
  const numbers = workerNumbers(primary);
  let next: Cursor | undefined;
  for (const { member, path, answer: count } of counts) {
    const order = from === undefined ? 1 : inOrder({ member, path }, from);
    if (count === 0 || order < 0) continue;
    if (connections.length === PAGE) {
      next = { member, path, after: 0 };
      break;
    }
    const wanted = [selector, order === 0 ? (from?.after ?? 0) : 0, PAGE - connections.length] as const;
    const page = (await primary.control.ask(member, "list", [...wanted], ANSWER_MS, path))?.answer;
    if (page === undefined) missing.add(numbers.get(member) ?? member);
    else connections.push(...page.connections);
    if (page?.next === undefined) continue;
    next = { member, path, after: page.next };
    break;
  }
  const total = counts.reduce((sum, { answer }) => sum + answer, 0);
  return { total, connections, silent: [...missing], ...(next !== undefined && { next }) };
}

type Place = Pick<Cursor, "member" | "path">;

function inOrder(one: Place, other: Place): number {
  return one.member - other.member || (one.path < other.path ? -1 : Number(one.path > other.path));
}

function selectorOf(query: string) {
  try {
    return filterOf({ query: new URLSearchParams(query) });
  } catch (error) {
    throw error instanceof BadRequest ? new AppError("BAD_REQUEST", error.message) : error;
  }
}
