import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROOT, read } from "./test/node-process.ts";

const README = read("README.md");

describe("README.md", () => {
  const commands = [...README.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command]) => command);

  it("begins with the command that serves, and then the one that tests", () => {
    expect(commands.slice(0, 2)).toEqual(["npm ci && npm start", "npm test"]);
  });

  it.each(["app.ts", "client.ts"])("shows docs/examples/01-hello/%s as it is", (file) => {
    expect(README).toContain(`\`\`\`ts\n${read(`docs/examples/01-hello/${file}`)}\`\`\``);
  });

  it("shows lines of docs/examples/05-heavy/app.ts for heavy work", () => {
    const [, shown = "nothing"] = /## Heavy work\n.*?```ts\n(.*?)\n```/s.exec(README) ?? [];
    expect(unindented(read("docs/examples/05-heavy/app.ts"))).toContain(unindented(shown));
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

function unindented(text: string): string {
  return text.replace(/^ +/gm, "");
}
