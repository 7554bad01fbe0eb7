import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const TEXT = readFileSync(new URL("BENCHMARKS.md", import.meta.url), "utf8");
const { PEER_MEASUREMENTS } = await import(new URL("../bench/beside/measurements.mjs", import.meta.url).href);
const { SECTIONS } = await import(new URL("../bench/beside/sections.mjs", import.meta.url).href);

it("docs/BENCHMARKS.md has all that is measured beside others, in its order, and the report a section for each", () => {
  const named = [...TEXT.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name);
  expect(named).toEqual(Object.keys(PEER_MEASUREMENTS));
  expect(Object.keys(SECTIONS).sort()).toEqual([...named].sort());
});
