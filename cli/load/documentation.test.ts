import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LOAD_OPTIONS } from "./load-options.ts";
import { makeReport } from "./make-report.ts";
import { readLoadRequest } from "./read-plan.ts";
import { Results } from "./results.ts";

const TEXT = readFileSync(new URL("../../docs/LOAD.md", import.meta.url), "utf8");

/** The first cells of the table below a heading, of which each may name several things. */
function named(heading: string): string[] {
  const [, section = ""] = TEXT.split(`## ${heading}\n`);
  const rows = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

describe("docs/LOAD.md", () => {
  it("has every flag, and no others", () => {
    const flags = Object.values(LOAD_OPTIONS).flatMap((option) => ("secret" in option ? [] : [`--${option.flag}`]));
    expect(named("What is done").sort()).toEqual(flags.sort());
  });

  it("has every field of the JSON, and no others", () => {
    const request = readLoadRequest(["--subscribe", "a"], {}, "/");
    if (request === "help") throw new Error("That is the help.");
    const { plan } = request;
    const report = makeReport({
      ...{ plan, results: new Results(plan), costs: [], startedAt: new Date(0), seconds: 1, command: "", assert: "" },
      ...{ target: { url: plan.url, node: "", version: "" }, endedBy: "duration" },
    });
    expect(named("The JSON").sort()).toEqual(Object.keys(report).sort());
  });
});
