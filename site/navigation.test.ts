import { readdirSync } from "node:fs";
import { expect, it } from "vitest";

const { GROUPS, TOP_PAGES, sidebar } = await import(new URL("navigation.mjs", import.meta.url).href);

it("every document of docs/ stands once in the sidebar, and nothing else does", () => {
  const documents = readdirSync(new URL("../docs", import.meta.url))
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -".md".length));
  expect(documents.length).toBeGreaterThan(20);
  const pages = [...documents, ...TOP_PAGES];
  const named: string[] = GROUPS.flatMap(({ pages: group }: { pages: Record<string, string> }) => Object.keys(group));
  const missing = pages.filter((name) => !named.includes(name));
  expect(missing, "have no place in the sidebar yet: site/navigation.mjs gives them one").toEqual([]);
  expect(named.toSorted()).toEqual(pages.toSorted());
});

it("examples come behind the guides, by their number", () => {
  const groups: { text: string; items: { text: string; link: string }[] }[] = sidebar(["01-hello", "02-heavy"]);
  const at = groups.findIndex(({ text }) => text === "Examples");
  expect(groups[at - 1]?.text).toBe("Guides");
  expect(groups[at]?.items).toEqual([
    { text: "01 hello", link: "/examples/01-hello" },
    { text: "02 heavy", link: "/examples/02-heavy" },
  ]);
});
