import { describe, expect, it } from "vitest";
import { OPTION_KEYS, OPTIONS } from "../server/config/options.ts";
import { CLOSE_CODES } from "../shared/codes.ts";
import { brokenLinks } from "./test/links.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/MIGRATION.md");
/** Names in capitals of the codes that are shown. */
const OTHER_NAMES = ["SOLD_OUT"];

describe("docs/MIGRATION.md", () => {
  it("names close codes that there are, and no option that there is not", () => {
    const [, table = ""] = /### Why a connection ended\n(.*?)\n## /s.exec(TEXT) ?? [];
    const codes = [...table.matchAll(/\b(1\d{3}|4\d{3})\b/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(6);
    // what a lost network is, and nobody sends
    expect(codes.filter((code) => code !== "1006" && !(String(code) in CLOSE_CODES))).toEqual([]);
    const known = new Set([...OPTION_KEYS.map((key) => OPTIONS[key].env), ...OTHER_NAMES]);
    const names = [...TEXT.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(["MIGRATION.md", "COMPARISON.md"])("has links, as docs/%s, that lead somewhere", (file) => {
    expect(brokenLinks(`docs/${file}`)).toEqual([]);
  });
});
