import { exec } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { EXAMPLES, exampleFolders, isPlain, lasting, needsOf, shownOutput, sourcesOf } from "./test/examples.ts";
import { type AtEnd, ROOT, read } from "./test/node-process.ts";
import { type Places, runClient, serveExample, startExample } from "./test/run-example.ts";

/** The others are in docs/examples.browser.test.ts and docs/examples.redis.test.ts. */
const HERE = EXAMPLES.filter((example) => needsOf(example) === "nothing");

/** Where the server of all is that need no options: one server, for which each is the application of a path. */
let server: Promise<Awaited<ReturnType<typeof serveExample>>> | undefined;
const ends: Parameters<AtEnd>[0][] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

function sharedServer(): typeof server {
  const apps = HERE.filter(isPlain).map(({ commands }) => commands[0]?.words[3] ?? "");
  const [main = "", ...others] = new Set(apps);
  const paths = others.map((app) => ({ path: pathOf(app), app }));
  server ??= serveExample(["tools/start.mjs", main], { PATHS: JSON.stringify(paths) }, (end) => ends.push(end));
  return server;
}

function pathOf(app: string): string {
  return `/${app.split("/")[2]}`;
}

describe("docs/examples", () => {
  it("are all in the table, in their order, with a number of their own each", () => {
    expect(EXAMPLES.map(({ name }) => name)).toEqual(exampleFolders());
    const numbers = EXAMPLES.map(({ name }) => Number.parseInt(name, 10));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it.each(EXAMPLES)("$name has a guide that shows all of its files as they are", ({ name, guide }) => {
    const text = read(guide);
    const shown = (file: string) =>
      text.includes(`\`\`\`${file.split(".").at(-1)}\n${read(`docs/examples/${name}/${file}`)}\`\`\``);
    expect(sourcesOf(name).filter((file) => !shown(file))).toEqual([]);
  });

  it.each(EXAMPLES)("$name has a guide that leads to it, with the commands of the table", ({ name, guide, lines }) => {
    const text = read(guide);
    // that one tells of a folder of one's own
    if (guide === "docs/START.md") return expect(text).toContain("(examples/README.md)");
    expect(text).toContain(`docs/examples/${name}`);
    expect(lines.filter((line) => !text.includes(line))).toEqual([]);
  });

  it.each(HERE)("$name runs, and its client says what its guide shows", async (example) => {
    const shown = shownOutput(example);
    let places: Places;
    if (isPlain(example)) {
      const served = await sharedServer();
      const path = pathOf(example.commands[0]?.words[3] ?? "");
      const main = path === pathOf(HERE[0]?.commands[0]?.words[3] ?? "");
      const address = `${served?.public}${main ? "" : path}`;
      places = { "localhost:8080/": address, "localhost:8080": address, "localhost:8081": served?.control ?? "" };
    } else places = await startExample(example, onTestFinished);
    const said = await runClient(example, shown.split("\n").length - 1, places, onTestFinished);
    expect(lasting(said)).toBe(lasting(shown));
  });
});

describe("docs/REPL.md", () => {
  it("shows scripts that say what they are said to", async () => {
    const [, commands = "", shown] =
      /## Scripts\n.*?```sh\n(.*?)```\n\nThey say:\n\n```\n(.*?)```/s.exec(read("docs/REPL.md")) ?? [];
    const url = `ws://${(await sharedServer())?.public}`;
    const script = commands.replaceAll("npx fugitive", `"${process.execPath}" dist/cli/bin.js`);
    const { stdout } = await promisify(exec)(script, { cwd: ROOT, env: { ...process.env, FUGITIVE_URL: url } });
    expect(stdout).toBe(shown);
  });
});
