import * as z from "zod";
import { askEverywhere, NOT_ALL, SILENT, silence } from "./everyone.ts";
import { type Listing, listEveryone } from "./list-everyone.ts";
import { Parts, type Route } from "./route.ts";
import { statusReport } from "./status-report.ts";
import { filterOf } from "./tag-routes.ts";

/** What would make one line, or one word of it, look like several. */
const UNSEEN = /[\s=%\p{C}]/gu;

const CONNECTION = z.object({
  id: z.string(),
  node: z.string().optional(),
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
        json: z.looseObject({ connections: z.array(CONNECTION), silent: SILENT.optional() }),
      },
      400: { description: "What is wrong with the request." },
      [NOT_ALL]: { description: "The same of the socket workers that answer; others did not in time." },
    },
    async answer(request, { primary, config: { node }, version, startedAt }) {
      const selector = filterOf(request);
      const list = await listEveryone(primary, selector);
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
        description: "Names of tags, and under each its values.",
        text: "admin\n - 1\n",
        json: z.record(z.string(), z.array(z.string())),
      },
      [NOT_ALL]: { description: "The same of the socket workers that answer; others did not in time." },
    },
    async answer({ wantsJson }, { primary }) {
      const { answers, silent } = await askEverywhere(primary, "tree");
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
