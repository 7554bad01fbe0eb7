import { describe, expect, it } from "vitest";
import { optionsOf, read, runExample } from "./test/node-process.ts";

const TEXT = read("docs/PRESENCE.md");

describe("docs/PRESENCE.md", () => {
  it.each(["app.ts", "client.ts"])("shows docs/examples/06-presence/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ts\n${read(`docs/examples/06-presence/${file}`)}\`\`\``);
  });

  it("has an example that runs, and says what it says there", async () => {
    const { said } = await runExample("06-presence");
    const [, shown = "never"] = /It says:\n\n```\n(.*?)```/s.exec(TEXT) ?? [];
    expect(await said(/Bob\nAnn\n/)).toBe(shown);
  });

  it("lists the options of a rule", () => {
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\|/gm)].map(([, option]) => option);
    expect(rows).toEqual(optionsOf("server/pubsub/presence-rule.ts", "PresenceOptions"));
  });
});
