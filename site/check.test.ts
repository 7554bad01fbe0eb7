import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";

const { checkSite } = await import(new URL("check.mjs", import.meta.url).href);
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** @returns what is wrong with a site of these files */
function wrongWith(files: Readonly<Record<string, string>>, base?: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-site-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return checkSite(folder, base).problems.map(({ page, what }: { page: string; what: string }) => `${page} ${what}`);
}

it("links that lead to pages, files and what is on them are in order", () => {
  const files = {
    "index.html":
      '<a href="/a/">a</a><a class="x" href="./a/b.html#c&amp;d">b</a><a href="/a/b">b</a><a href="https://w3.org">w</a>',
    "a/index.html": '<a href="#top">t</a><h1 id="top">A</h1><img src="../p.png" alt="">',
    "a/b.html": '<p id="c&amp;d">',
    "p.png": "",
  };
  expect(wrongWith(files)).toEqual([]);
  expect(checkSite(folders.at(-1))).toMatchObject({ pages: 3, links: 5 });
});

it("links to no page, no heading or no picture are told of, with the page that has them", () => {
  expect(wrongWith({ "a/b.html": '<a href="c.html">c</a><a href="#d">d</a><img src="/e.png">' })).toEqual([
    "a/b links to c.html, and there is no such page or file",
    "a/b links to #d, and nothing there is called d",
    "a/b links to /e.png, and there is no such page or file",
  ]);
});

it("what would be fetched from elsewhere is told of", () => {
  const page = '<link rel="stylesheet" href="https://fonts.example/a.css"><script src="//cdn.example/a.js"></script>';
  const style =
    '@font-face { src: url("https://fonts.example/a.woff2") } .b { background: url(data:image/png;base64,) }';
  expect(wrongWith({ "index.html": page, "assets/style.css": style })).toEqual([
    "index fetches https://fonts.example/a.css from elsewhere",
    "index fetches //cdn.example/a.js from elsewhere",
    'assets/style.css fetches from elsewhere: url("https://fonts.example/a.woff2',
  ]);
});

it("below a path of its host, links stay below it", () => {
  const page = '<a href="/docs/index.html">here</a><a href="/index.html">beside it</a>';
  expect(wrongWith({ "index.html": page }, "/docs/")).toEqual([
    "index links to /index.html, and that is outside of /docs/",
  ]);
});
