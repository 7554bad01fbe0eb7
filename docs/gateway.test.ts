import { describe, expect, it } from "vitest";
import { optionsOf, read } from "./test/node-process.ts";

const TEXT = read("docs/GATEWAY.md");

/** What stands in the first column of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const [, part = ""] = TEXT.split(`## ${heading}\n`);
  const [section = ""] = part.split("\n## ");
  return [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, row = ""]) => row);
}

describe("docs/GATEWAY.md", () => {
  it("has all fields of an event in its table", () => {
    const [, body = ""] =
      /function bodyOf.*?JSON\.stringify\(\{(.*?)\}\)/s.exec(read("server/gateway/amqp-sink.ts")) ?? [];
    const fields = [...body.matchAll(/^ +(\w+)[,:]/gm)].map(([, field]) => field);
    expect(rowsUnder("Events").sort()).toEqual(fields.sort());
  });

  it("has all variables of templates in its table", () => {
    const [, known = ""] = /KNOWN = "(.*)"/.exec(read("server/gateway/template.ts")) ?? [];
    expect(rowsUnder("Names of streams, and routing keys").sort()).toEqual(
      [...known.matchAll(/\{\S+\}/g)].flat().sort(),
    );
  });

  it("has all options of a back end in its table", () => {
    const options = [
      ...["control", ...optionsOf("server/gateway/sdk/control-client.ts", "ControlOptions")],
      ...optionsOf("server/gateway/sdk/gateway.ts", "GatewayOptions"),
    ];
    expect(rowsUnder("A back end")).toEqual(options);
  });
});
