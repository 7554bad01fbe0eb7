import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

/** Bytes of what a page loads, gzipped. */
const LIMIT = 6_000;

it.each(["centaurus.mjs", "centaurus.js"])("%s is small", (name) => {
  const { length } = gzipSync(readFileSync(new URL(`../dist/web/${name}`, import.meta.url)), { level: 9 });
  process.stderr.write(`${name}: ${length} bytes gzipped, of ${LIMIT} at most\n`);
  expect(length).toBeLessThanOrEqual(LIMIT);
});

it("imports nothing: it works alone", () => {
  const module = readFileSync(new URL("../dist/web/centaurus.mjs", import.meta.url), "utf8");
  expect(module).not.toMatch(/\bimport\b/);
});
