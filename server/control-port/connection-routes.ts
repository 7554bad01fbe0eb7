import { z } from "zod";
import type { ConnectionFacts, ConnectionPage } from "../control/control-questions.ts";
import { ANSWER_MS } from "../primary/control-desk.ts";
import type { Selector } from "../tags/selector.ts";
import { askEveryone, NOT_ALL, silence } from "./everyone.ts";
import { type Controlled, Parts, type Route } from "./route.ts";
import { statusReport } from "./status-report.ts";
import { filterOf } from "./tag-routes.ts";

/** Connections that a worker is asked for at a time. */
const PAGE = 500;
/** What would make one line, or one word of it, look like several. */
const UNSEEN = /[\s=%\p{C}]/gu;

const CONNECTION = z.object({
  id: z.string(),
  worker: z.number(),
  path: z.string(),
  user: z.string().optional(),
  session: z.string().optional(),
  address: z.string(),
  tags: z.record(z.string(), z.string()),
});

/** What is there to be seen of connections. */
export const CONNECTION_ROUTES: Readonly<Record<string, Route>> = {
  "/status": {
    method: "GET",
    summary: "Lists connections and their tags: all, or those that have all these tags. As JSON, with the processes.",
    query: "tags",
    answers: {
      200: {
        description: "A line for each connection, or JSON.",
        text: "id=Zm9v-1 worker=1 path=/ admin=1",
        json: z.looseObject({ connections: z.array(CONNECTION), silent: z.array(z.number()).optional() }),
      },
      400: { description: "What is wrong with the request." },
      [NOT_ALL]: { description: "The same of the socket workers that answer; others did not in time." },
    },
    async answer(request, { primary, config: { node }, version, startedAt }) {
      const selector = filterOf(request);
      const list = await firstPages(primary, selector);
      const status = list.silent.length === 0 ? 200 : NOT_ALL;
      if (!request.wantsJson) return { status, body: new Parts(lines(list)) };
      const uptime = (Date.now() - startedAt) / 1000;
      const report = { node, version, pid: process.pid, uptime, ...(await statusReport(primary)) };
      const headers = { "content-type": "application/json" };
      return { status, headers, body: new Parts(json(report, list)) };
    },
  },
  "/tree": {
    method: "GET",
    summary: "Lists tags and their values.",
    answers: {
      200: {
        description: "Names of tags, and under each its values; `connections` tells how many have each.",
        text: "admin\n - 1\n",
        json: z.record(z.string(), z.array(z.string())),
      },
      [NOT_ALL]: { description: "The same of the socket workers that answer; others did not in time." },
    },
    async answer({ wantsJson }, { primary }) {
      const { answers, silent } = await askEveryone(primary, "tree");
      const tree = new Map<string, Set<string>>();
      for (const { answer } of answers) {
        for (const [name, value] of answer.values) {
          const values = tree.get(name);
          if (values === undefined) tree.set(name, new Set([value]));
          else values.add(value);
        }
      }
      const more = answers.some(({ answer }) => answer.more);
      const sorted = [...tree].sort(byName).map(([name, values]) => [name, [...values].sort()] as const);
      const status = silent.length === 0 ? 200 : NOT_ALL;
      const headers = more ? { "x-more-values": "yes" } : {};
      if (wantsJson) return { status, headers, body: Object.fromEntries(sorted) };
      const blocks = sorted.map(
        ([name, values]) => `${word(name)}\n${values.map((one) => ` - ${word(one)}\n`).join("")}`,
      );
      if (more) blocks.push("# there are more\n");
      if (silent.length > 0) blocks.push(`# ${silence(silent)}\n`);
      return { status, headers, body: blocks.join("\n") };
    },
  },
};

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** Connections of all socket workers as they come, and who did not answer. */
interface Listing {
  readonly connections: AsyncIterable<ConnectionFacts>;
  /** Grows while they come. */
  readonly silent: number[];
}

/** Asks all socket workers for the first page at once, so that one that is silent is known before anything is said. */
async function firstPages(primary: Pick<Controlled, "control" | "workers">, selector: Selector): Promise<Listing> {
  const { answers, silent } = await askEveryone(primary, "list", selector, 0, PAGE);
  const listing = { silent: [...silent] };
  const numbers = new Map(primary.workers.map(({ member, number }) => [member, number]));
  async function* all() {
    for (const { member, path, answer } of answers) {
      let page: ConnectionPage | undefined = answer;
      while (page !== undefined) {
        yield* page.connections;
        if (page.next === undefined) break;
        page = (await primary.control.ask(member, "list", [selector, page.next, PAGE], ANSWER_MS, path))?.answer;
      }
      if (page === undefined) listing.silent.push(numbers.get(member) ?? member);
    }
  }
  return { ...listing, silent: listing.silent, connections: all() };
}

async function* lines({ connections, silent }: Listing): AsyncGenerator<string> {
  for await (const { tags, address: _, ...builtIn } of connections) {
    const words = [...Object.entries(builtIn), ...Object.entries(tags)];
    yield `${words.map(([name, value]) => `${word(name)}=${word(String(value))}`).join(" ")}\n`;
  }
  if (silent.length > 0) yield `# ${silence(silent)}\n`;
}

async function* json(report: object, { connections, silent }: Listing): AsyncGenerator<string> {
  yield `${JSON.stringify(report).slice(0, -1)},"connections":[`;
  let comma = "";
  for await (const connection of connections) {
    yield comma + JSON.stringify(connection);
    comma = ",";
  }
  yield `]${silent.length === 0 ? "" : `,"silent":${JSON.stringify(silent)}`}}\n`;
}

/** A word of a line, of whatever somebody has put in there. */
function word(text: string): string {
  return text.replaceAll(UNSEEN, encodeURIComponent);
}
