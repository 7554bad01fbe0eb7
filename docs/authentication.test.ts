import { describe, expect, it } from "vitest";
import { read, runExample } from "./test/node-process.ts";

const TEXT = read("docs/AUTHENTICATION.md");

/** The fields of an interface, in their order. */
function fieldsOf(name: string): string[] {
  const source = read("server/auth/credentials.ts");
  const [, body = ""] = new RegExp(`export interface ${name} \\{(.*?)\\n\\}`, "s").exec(source) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = ""]) => field);
}

describe("docs/AUTHENTICATION.md", () => {
  it.each(["app.ts", "client.ts"])("shows docs/examples/08-users/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ts\n${read(`docs/examples/08-users/${file}`)}\`\`\``);
  });

  it("has an example that runs, and says what it says there", async () => {
    const { said } = await runExample("08-users");
    const [, shown = "never"] = /It says:\n\n```\n(.*?)```/s.exec(TEXT) ?? [];
    expect(await said(/UNAUTHENTICATED\n/)).toBe(shown);
  });

  it("lists what is asked by, and what is answered with", () => {
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\|/gm)].map(([, field]) => field);
    expect(rows).toEqual([...fieldsOf("Credentials"), ...fieldsOf("Identity")]);
  });
});
