import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CHECKS } from "./checks-table.ts";
import { DOCTOR_OPTIONS } from "./doctor-options.ts";
import { doctorHelpText } from "./help.ts";

const DOCS = readFileSync(new URL("../../docs/DOCTOR.md", import.meta.url), "utf8");

it("each file of checks/ is a check that is run, and docs/DOCTOR.md tells of each", () => {
  expect(CHECKS).toHaveLength(readdirSync(new URL("checks", import.meta.url)).length);
  const told = DOCS.slice(DOCS.indexOf("## What is looked at"));
  expect([...told.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)).toEqual(CHECKS.map(({ name }) => name));
});

it("all flags are in the help and in docs/DOCTOR.md", () => {
  for (const { flag } of Object.values(DOCTOR_OPTIONS)) {
    expect(doctorHelpText()).toContain(`\n  --${flag} `);
    expect(DOCS).toContain(`| \`--${flag}\``);
  }
});
