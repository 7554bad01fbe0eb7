import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { ROOT, read } from "./node-process.ts";

const TABLE = "docs/examples/README.md";

/** A folder of docs/examples, as its row in the table there has it. */
export interface Example {
  readonly name: string;
  /** All command lines, that of the client last. */
  readonly lines: readonly string[];
  /** What is started for it, one after the other: servers, and other programs. */
  readonly commands: readonly Command[];
  /** The command of its client, or where a page is to be opened. */
  readonly client: string;
  /** The path of its guide in the project. */
  readonly guide: string;
}

/** What stands on a command line. */
export interface Command {
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/** All rows of the table, in their order. */
export const EXAMPLES: readonly Example[] = read(TABLE)
  .split("\n")
  .filter((line) => line.startsWith("| ["))
  .map((line) => {
    const [example = "", , servers = "", client = "", guide = ""] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [, name = "", folder = ""] = /^\[(.*)\]\((.*)\)$/.exec(example) ?? [];
    if (name !== folder) throw new Error(`The row of ${name} in ${TABLE} leads to ${folder}.`);
    const [, link = ""] = /\]\((.*)\)$/.exec(guide) ?? [];
    const linesOf = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, line = ""]) => line);
    const lines = linesOf(`${servers} ${client}`);
    return {
      name,
      lines,
      commands: linesOf(servers).map(parseCommand),
      client,
      guide: posix.join(posix.dirname(TABLE), link),
    };
  });

/** Folders that there are. */
export function exampleFolders(): string[] {
  const entries = readdirSync(`${ROOT}docs/examples`, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** What a shell makes of a line without anything but words, quotation marks and variables before them. */
export function parseCommand(line: string): Command {
  const all = [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ""));
  const first = all.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const env = all.slice(0, first).map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]);
  return { env: Object.fromEntries(env), words: all.slice(first) };
}

/** Whether an example's server is served by a command that says nothing but where the application is. */
export function isPlain({ commands: [command, ...others] }: Example): boolean {
  return others.length === 0 && Object.keys(command?.env ?? {}).length === 0 && command?.words.length === 4;
}

/** What has to be there for an example, beside Node.js. */
export function needsOf({ client, commands }: Example): "browser" | "redis" | "nothing" {
  if (!client.startsWith("`node ")) return "browser";
  const values = commands.flatMap(({ env }) => Object.values(env));
  return values.some((value) => value.startsWith("redis:")) ? "redis" : "nothing";
}

/** What a command starts by Node.js: scripts of the package stand for the file behind them. */
export function nodeArguments({ words }: Command): string[] {
  const [line, rest] = [words.join(" "), (count: number) => words.slice(count)];
  if (words[0] === "node") return rest(1);
  if (line.startsWith("npx fugitive ")) return ["dist/cli/bin.js", ...rest(2)];
  if (line === "npm start" || line.startsWith("npm start -- ")) return ["tools/start.mjs", ...rest(3)];
  throw new Error(`Nobody knows how to run ${line}.`);
}

/** What an example's files are, of those that are shown. */
export function sourcesOf(name: string): string[] {
  return readdirSync(`${ROOT}docs/examples/${name}`).filter((file) => !file.endsWith(".map"));
}

/** What its guide shows that its client says: the block behind the client's source, or the page's. */
export function shownOutput({ name, guide }: Example): string {
  const text = read(guide);
  const last = sourcesOf(name).filter((file) => ["client.ts", "index.html"].includes(file));
  const from = Math.max(...last.map((file) => text.indexOf(read(`docs/examples/${name}/${file}`))));
  const [, output] = /\n\n```\n(.*?)```\n/s.exec(text.slice(from)) ?? [];
  if (from === -1 || output === undefined) throw new Error(`${guide} does not show what ${name} says.`);
  return output;
}

/** The same without what differs from run to run. */
export function lasting(output: string): string {
  return output
    .replace(/worker \d+/g, "worker …")
    .replace(/session [\w-]{4}…/g, "session …")
    .replace(/\d\.\d s/g, "… s")
    .replace(/job [\w-]+…/g, "job …")
    .replace(/Player \d+/g, "Player …");
}
