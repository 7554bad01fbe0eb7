import { describe, expect, it } from "vitest";
import { ERRORS } from "../centaurus/errors-by-name.ts";
import { serve } from "../server/test/test-server.ts";
import { optionsOf, read } from "./test/node-process.ts";

const TEXT = read("docs/CENTAURUS.md");

describe("docs/CENTAURUS.md", () => {
  it.each([
    ["centaurus/options.ts", "CentaurusOptions"],
    ["centaurus/options.ts", "CallOptions"],
    ["centaurus/centaurus.ts", "ScriptSource"],
  ])("has every option of %s, %s, in a table", (file, name) => {
    const options = optionsOf(file, name);
    expect(options.length).toBeGreaterThan(2);
    expect(options.filter((option) => !TEXT.includes(`\n| \`${option}\` `))).toEqual([]);
  });

  it("has the defaults that there are", () => {
    const [, defaults = ""] = /const DEFAULTS = \{(.*?)\}/s.exec(read("centaurus/options.ts")) ?? [];
    const all = [...defaults.matchAll(/(\w+): ([\w_]+)/g)];
    expect(all.length).toBeGreaterThan(5);
    for (const [, option, value = ""] of all) {
      expect(TEXT).toMatch(new RegExp(`\\| \`${option}\` +\\| ${value.replaceAll("_", ",")} `));
    }
  });

  it("has every class of errors", () => {
    const rows = [...TEXT.matchAll(/^\| `([A-Z]\w+Error)` /gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(
      Object.keys(ERRORS)
        .filter((name) => name !== "CentaurusError")
        .sort(),
    );
  });

  it("shows the policy that the server sends", async () => {
    const { port } = await serve();
    const { headers } = await fetch(`http://127.0.0.1:${port}/centaurus.worker.js`);
    expect(TEXT).toContain(`\nContent-Security-Policy: ${headers.get("content-security-policy")}\n`);
  });

  it("is linked to by the README", () => {
    expect(read("README.md")).toContain("(docs/CENTAURUS.md)");
  });
});
