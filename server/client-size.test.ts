import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const WEB = new URL("../dist/web/", import.meta.url);
/** Bytes that a page fetches before the module runs, gzipped. */
const MODULE_LIMIT = 20_000;
/** The same for the classic script, which has all in it but peers. */
const SCRIPT_LIMIT = 30_000;
/** What a page fetches when it first seeks peers. A library for WebRTC alone has 19 to 29 kB. */
const PEERS_LIMIT = 13_000;

const read = (name: string) => readFileSync(new URL(name, WEB));
const gzipped = (name: string) => gzipSync(read(name), { level: 9 }).length;

/** A module and all that it imports at its start, by their names. */
function start(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, imported] of read(name)
    .toString()
    .matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
    if (imported !== undefined) start(imported, found);
  }
  return found;
}

function report(what: string, size: number, limit: number): void {
  process.stderr.write(`${what}: ${size} bytes gzipped, of ${limit} at most\n`);
}

it("the module's start is small", () => {
  const names = [...start("client.mjs")];
  const size = names.map(gzipped).reduce((sum, one) => sum + one);
  report(names.join(" + "), size, MODULE_LIMIT);
  expect(names).toEqual(["client.mjs"]);
  expect(size).toBeLessThanOrEqual(MODULE_LIMIT);
});

it("the classic script is small", () => {
  const size = gzipped("client.js");
  report("client.js", size, SCRIPT_LIMIT);
  expect(size).toBeLessThanOrEqual(SCRIPT_LIMIT);
});

it("what peers take is small", () => {
  const size = gzipped("client-peers.mjs");
  report("client-peers.mjs", size, PEERS_LIMIT);
  expect(size).toBeLessThanOrEqual(PEERS_LIMIT);
});
