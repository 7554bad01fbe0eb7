import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { read } from "./test/node-process.ts";

const ENGINE = "bench/artillery/artillery-engine-fugitive";
const load = (file: string) => import(new URL(`../${ENGINE}/${file}`, import.meta.url).href);
const { CONNECT_FIELDS, parseFlow, STEPS } = await load("flow.mjs");
const { EXPECTATIONS } = await load("expectation.mjs");
const { OPTIONS } = await load("options.mjs");

const TEXT = read("docs/LOAD-TESTING.md");

/** The rows of the first table behind a mark: their cells, without the marks of code. */
function tableBehind(mark: string): string[][] {
  const [rows = ""] = /(?:^\|.*\n)+/m.exec(TEXT.slice(TEXT.indexOf(mark))) ?? [];
  const cells = (row: string) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", ""));
  return rows.trim().split("\n").slice(2).map(cells);
}

/** What is named in a table whose second column says of what: by that, sorted. */
function fieldsOf(rows: string[][]): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [name = "", of = ""] of rows) {
    for (const step of of.split(", ")) fields[step] = [...(fields[step] ?? []), name].sort();
  }
  return fields;
}

function sorted(record: Record<string, readonly string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(record).map(([name, fields]) => [name, [...fields].sort()]));
}

describe("docs/LOAD-TESTING.md", () => {
  it("has all steps of the engine, and their fields", () => {
    const steps = tableBehind("\n| step ").map(([name]) => name);
    expect(steps.sort()).toEqual(["connect", ...Object.keys(STEPS), "loop"].sort());
    const fields = Object.entries<{ fields: string[] }>(STEPS).map(([name, step]) => [name, step.fields]);
    const expected = sorted({ connect: CONNECT_FIELDS, ...Object.fromEntries(fields) });
    expect(fieldsOf(tableBehind("\n| field "))).toEqual(expected);
  });

  it("has all that can be expected of a step", () => {
    const { call, stream, other } = EXPECTATIONS;
    const expected = sorted({ call, stream, subscribe: other, publish: other });
    expect(fieldsOf(tableBehind("**`expect`**"))).toEqual(expected);
  });

  it("has all options for all users", () => {
    const [, said = ""] = /\*\*`config\.engines\.fugitive`\*\*(.*?)\n\n/s.exec(TEXT) ?? [];
    expect([...said.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual([...OPTIONS].sort());
  });

  it("has all numbers that the engine reports, and no others", () => {
    const documented = tableBehind("\n| name ").flatMap(([names = ""]) => names.split(", "));
    const sources = ["report", "user", "steps/call", "steps/stream", "steps/channels"].map((file) =>
      read(`${ENGINE}/${file}.mjs`),
    );
    const told = sources.join("\n").matchAll(/(?:this|report)\.(?:count|took)\(\s*["`]([\w.${}]+)["`]/g);
    const names = [...told].map(([, name = ""]) => `fugitive.${name.replace(/\$\{name\}/, "<procedure>")}`);
    const others = ["fugitive.call_rate", "fugitive.expect.failed", "fugitive.errors", "errors.<code>"];
    const bytes = ["fugitive.bytes.sent", "fugitive.bytes.received"];
    const all = [...names.filter((name) => !name.includes("$")), ...others, ...bytes];
    expect([...new Set(documented)].sort()).toEqual([...new Set(all)].sort());
  });

  it("shows a script that the engine takes, and so is every one that is there", () => {
    const [, shown = ""] = /```yaml\n(.*?)```/s.exec(TEXT) ?? [];
    const scripts = [shown, read("artillery-test.yml"), read("bench/artillery/unmet.yml")].map((text) => parse(text));
    const scenarios = scripts.flatMap((script) => script.scenarios).filter(({ engine }) => engine === "fugitive");
    expect(scenarios.length).toBeGreaterThan(5);
    for (const { name, flow } of scenarios) parseFlow(flow, name);
  });

  it("speaks of the version of Artillery that is installed", () => {
    const { dependencies } = JSON.parse(read("bench/artillery/package.json"));
    const versions = [...TEXT.matchAll(/(?:Artillery\s+|artillery@)(\d+\.\d+\.\d+)/g)].map(([, version]) => version);
    expect(new Set(versions)).toEqual(new Set([dependencies.artillery]));
  });
});
