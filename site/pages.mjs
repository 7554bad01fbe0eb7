// Makes what VitePress reads, in site/pages: the documents with their links turned, the examples, and each file that a
// document links to and that is no page itself.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { pageOf, rewriteLinks } from "./links.mjs";
import { TOP_PAGES } from "./navigation.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Of a file that somebody links to, in characters: a page shows all of it, and none is near this. */
const MAX_FILE_LENGTH = 200_000;
/** A table of so many columns needs the place of the outline. */
const WIDE_TABLE = /^\|( *:?-+:? *\|){5,}$/m;

/** @returns the names of the examples, in their order */
export function exampleNames(root = ROOT) {
  return readdirSync(join(root, "docs/examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * Makes all pages but those of the API.
 *
 * @param out folder for them, made anew
 * @returns of each page's path without suffix, the file it is made from
 * @throws Error where a link leads to no file
 */
export function makePages(out, root = ROOT) {
  rmSync(out, { recursive: true, force: true });
  const read = (path) => readFileSync(join(root, path), "utf8");
  const files = [
    ...readdirSync(join(root, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
    ...TOP_PAGES.map((name) => `${name}.md`),
    "docs/examples/README.md",
  ];
  const texts = new Map(files.map((path) => [path, read(path)]));
  const site = {
    titleOf: (path) => /^# (.*)/m.exec(texts.get(path) ?? "")?.[1] ?? posix.basename(path),
    exists: (path) => existsSync(join(root, path)),
    linked: (path) => linked.add(path),
  };
  const linked = new Set();
  const sources = new Map();
  const write = (path, text) => {
    const page = pageOf(path);
    sources.set(page, path);
    const file = join(out, `${page}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const [path, text] of texts) {
    write(path, (WIDE_TABLE.test(text) ? "---\naside: false\n---\n\n" : "") + rewriteLinks(text, path, site));
  }
  for (const name of exampleNames(root)) write(`docs/examples/${name}`, examplePage(name, texts, site, root));
  for (const path of linked) if (!sources.has(pageOf(path))) write(path, filePage(path, read, root));
  cpSync(join(root, "docs/images"), join(out, "images"), { recursive: true });
  return sources;
}

/** The files of an example, under the documents that tell of it. */
function examplePage(name, texts, { titleOf }, root) {
  const folder = `docs/examples/${name}`;
  const told = [...texts].filter(([, text]) => text.includes(`examples/${name}`)).map(([path]) => path);
  const links = told.map((path) => `[${titleOf(path)}](../${pageOf(path)}.md)`);
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(root, folder, file)).isFile())
    .sort();
  return [
    `# Example ${name.replace("-", ": ")}`,
    `The files of \`${folder}\`. The build leaves them in \`dist/examples/${name}\`, so that they can be tried as they are.`,
    ...(links.length === 0 ? [] : [`More of it: ${links.join(", ")}.`]),
    ...files.flatMap((file) => [`## ${file}`, fenced(file, readFileSync(join(root, folder, file), "utf8"))]),
    "",
  ].join("\n\n");
}

function filePage(path, read, root) {
  if (statSync(join(root, path)).isDirectory()) throw new Error(`There is a link to ${path}, a folder without a page.`);
  const text = read(path);
  if (text.length > MAX_FILE_LENGTH) throw new Error(`There is a link to ${path}, which is too large to be shown.`);
  return `# ${posix.basename(path)}\n\n\`${path}\` of the repository.\n\n${fenced(path, text)}\n`;
}

function fenced(path, text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const language = /^\.(ts|js|mjs|cjs|json|ya?ml|html|css|sh|md|py)$/.exec(extname(path))?.[1] ?? "txt";
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
