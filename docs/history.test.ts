import { describe, expect, it } from "vitest";
import { optionsOf, read } from "./test/node-process.ts";

const TEXT = read("docs/HISTORY.md");

describe("docs/HISTORY.md", () => {
  it("lists the options of a history, and what becomes of slow readers", () => {
    const rows = [...TEXT.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
    const policies = [...read("server/pubsub/slow-readers.ts").matchAll(/"([\w-]+)"[,\]]/g)].map(([, name]) => name);
    const options = optionsOf("server/pubsub/history-rule.ts", "HistoryOptions");
    expect(rows.filter((row) => row !== "slowReaders")).toEqual([...options, ...new Set(policies)]);
  });
});
