import { describe, expect, it } from "vitest";
import { optionsOf, read, runExample } from "./test/node-process.ts";

const TEXT = read("docs/HISTORY.md");

describe("docs/HISTORY.md", () => {
  it.each(["app.ts", "client.ts"])("shows docs/examples/07-history/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ts\n${read(`docs/examples/07-history/${file}`)}\`\`\``);
  });

  it("has an example that runs, and says what it says there", async () => {
    const { said } = await runExample("07-history");
    const [, shown = "never"] = /It says:\n\n```\n(.*?)```/s.exec(TEXT) ?? [];
    expect(await said(/the last order: .*\n/)).toBe(shown);
  });

  it("lists the options of a history, and what becomes of slow readers", () => {
    const rows = [...TEXT.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
    const policies = [...read("server/pubsub/slow-readers.ts").matchAll(/"([\w-]+)"[,\]]/g)].map(([, name]) => name);
    const options = optionsOf("server/pubsub/history-rule.ts", "HistoryOptions");
    expect(rows.filter((row) => row !== "slowReaders")).toEqual([...options, ...new Set(policies)]);
  });
});
