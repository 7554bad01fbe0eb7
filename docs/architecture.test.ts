import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const TEXT = readFileSync(new URL("ARCHITECTURE.md", import.meta.url), "utf8");
const ROOT = new URL("../", import.meta.url);

it("docs/ARCHITECTURE.md has every folder of the server in its table", () => {
  const folders = readdirSync(new URL("server", ROOT), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "test")
    .map(({ name }) => `\`server/${name}/\``);
  expect(folders.length).toBeGreaterThan(10);
  expect(folders.filter((folder) => !TEXT.includes(folder))).toEqual([]);
});

it("docs/ARCHITECTURE.md names only files that there are", () => {
  const named = [...TEXT.matchAll(/`((?:server|client|centaurus|shared|bench|docs|tools)\/[\w./-]*)`/g)].map(
    ([, path]) => path ?? "",
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});
