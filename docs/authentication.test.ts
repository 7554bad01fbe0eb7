import { describe, expect, it } from "vitest";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/AUTHENTICATION.md");

/** The fields of an interface, in their order. */
function fieldsOf(name: string): string[] {
  const source = read("server/auth/credentials.ts");
  const [, body = ""] = new RegExp(`export interface ${name} \\{(.*?)\\n\\}`, "s").exec(source) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = ""]) => field);
}

describe("docs/AUTHENTICATION.md", () => {
  it("lists what is asked by, and what is answered with", () => {
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\|/gm)].map(([, field]) => field);
    expect(rows).toEqual([...fieldsOf("Credentials"), ...fieldsOf("Identity")]);
  });
});
