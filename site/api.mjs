// Makes the pages of the API from the doc comments, and what the sidebar has of them.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { outsideFences, pageOf } from "./links.mjs";

/** Documents that doc comments name; code spans are left as they are. */
const DOCUMENT = /(`[^`]*`)|\bdocs\/([A-Z-]+)\.md(#[\w-]+)?/g;

/**
 * Takes what TypeDoc wrote for the package `fugitive`, each entry in a folder, to `api/`.
 *
 * @param written folder of TypeDoc's, with navigation.json; it is gone afterwards
 * @param out folder of all pages
 * @param titleOf gives the title of a document by its path in the repository
 * @throws Error where a doc comment names a document that there is not
 */
export function makeApiPages(written, out, titleOf) {
  const folder = join(out, "api");
  mkdirSync(folder, { recursive: true });
  cpSync(join(written, "fugitive"), folder, { recursive: true });
  const entries = entriesOf(JSON.parse(readFileSync(join(written, "navigation.json"), "utf8")));
  rmSync(written, { recursive: true });
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".md")) continue;
    const page = `api/${name.replaceAll("\\", "/")}`;
    const file = join(out, page);
    writeFileSync(file, withLinks(readFileSync(file, "utf8"), page, titleOf));
  }
  writeFileSync(join(folder, "index.md"), indexPage(folder, entries));
  writeFileSync(join(folder, "sidebar.json"), JSON.stringify(sidebarOf(entries)));
}

/** TypeDoc makes a folder of what stands before a slash in the names of its modules. */
function entriesOf(navigation) {
  const entries = navigation.flatMap(({ title, children = [] }) => (title === "fugitive" ? children : []));
  if (entries.length === 0) throw new Error("TypeDoc has told of no entry of the package.");
  return entries;
}

function withLinks(text, page, titleOf) {
  return outsideFences(text, (part) =>
    part.replace(DOCUMENT, (all, code, name, heading = "") => {
      if (code !== undefined) return all;
      const path = `docs/${name}.md`;
      const title = titleOf(path);
      if (title === undefined) throw new Error(`A doc comment that is on ${page} names ${path}, which there is not.`);
      return `[${title}](${posix.relative(posix.dirname(page), pageOf(path))}.md${heading})`;
    }),
  );
}

/** The entries, each with the first paragraph of its page. */
function indexPage(folder, entries) {
  const rows = entries.map(({ title: name }) => {
    const [, summary = ""] =
      /^# .*\n\n(?!#)([\s\S]*?)(?:\n\n|$)/.exec(readFileSync(join(folder, name, "index.md"), "utf8")) ?? [];
    return `| [\`fugitive/${name}\`](./${name}/index.md) | ${summary.replace(/\s+/g, " ")} |`;
  });
  return [
    "# API",
    "What each entry of the package has, made from the doc comments in the source. The guides tell what it is for.",
    ["| import | what it is |", "| --- | --- |", ...rows].join("\n"),
    "`fugitive/centaurus` and `fugitive/client` are described as pages get them; in Node.js they have the same names.",
    "",
  ].join("\n\n");
}

function sidebarOf(entries) {
  const linkOf = (path) => `/api/${path.replace(/^fugitive\//, "").replace(/(index)?\.md$/, "")}`;
  return entries.map(({ title, path, children = [] }) => ({
    text: `fugitive/${title}`,
    link: linkOf(path),
    collapsed: true,
    items: children.map((group) => ({
      text: group.title,
      collapsed: true,
      items: (group.children ?? []).map((item) => ({ text: item.title, link: linkOf(item.path) })),
    })),
  }));
}
