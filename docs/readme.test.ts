import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseCommand } from "./test/examples.ts";
import { node, ROOT, read } from "./test/node-process.ts";
import { serveExample } from "./test/run-example.ts";

const README = read("README.md");

describe("README.md", () => {
  const commands = [...README.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command]) => command);

  it("begins with the command that serves, and then the one that tests", () => {
    expect(commands.slice(0, 2)).toEqual(["npm ci && npm start", "npm test"]);
  });

  it.each(["app.ts", "client.ts"])("shows docs/examples/01-hello/%s as it is", (file) => {
    expect(README).toContain(`\`\`\`ts\n${read(`docs/examples/01-hello/${file}`)}\`\`\``);
  });

  it("has a file and a command that load it, and make a report with plots", async () => {
    const [, text = "", serve = "", load = ""] =
      /Save .*? as `mine\.mjs`.*?```js\n(.*?)```.*?```sh\n(.*?)\n(.*?)\n```/s.exec(README) ?? [];
    expect(serve).toBe("npm start -- mine.mjs");
    // in a folder of the project, as there the package is known by its name
    const folder = `dist/mine-${process.pid}`;
    mkdirSync(`${ROOT}${folder}`);
    onTestFinished(() => rmSync(`${ROOT}${folder}`, { recursive: true }));
    writeFileSync(`${ROOT}${folder}/mine.mjs`, text);
    const { public: address } = await serveExample(["tools/start.mjs", `${folder}/mine.mjs`], {}, onTestFinished);
    const { words } = parseCommand(load);
    expect(words.slice(0, 3)).toEqual(["npx", "fugitive", "load"]);
    const [shout, report] = [words.slice(3), `${folder}/report.html`];
    const args = shout.map((word) => (word === "report.html" ? report : word));
    const loaded = node(["dist/cli/bin.js", "load", `ws://${address}`, ...args, "--iterations", "2"]);
    expect(await loaded.said(/wrote .*\n/)).toMatch(/^200 answered in .* 0 failed/m);
    expect(read(report).match(/<svg/g)?.length).toBeGreaterThan(2);
  });

  it("links to files that exist", () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => `${ROOT}${link}`);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});

it("CHANGELOG.md tells of the version that this is, first, and links to files that exist", () => {
  const changelog = read("CHANGELOG.md");
  const [, newest] = /^## (\d+\.\d+\.\d+)/m.exec(changelog) ?? [];
  expect(newest).toBe(JSON.parse(read("package.json")).version);
  const links = ["CHANGELOG.md", "CONTRIBUTING.md"].flatMap((file) => [
    ...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g),
  ]);
  expect(links.length).toBeGreaterThan(20);
  expect(links.map(([, link]) => `${ROOT}${link}`).filter((link) => !existsSync(link))).toEqual([]);
});
