import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { REPL_COMMANDS } from "./command-table.ts";
import { replHelpText } from "./help.ts";

const DOCS = readFileSync(new URL("../../docs/REPL.md", import.meta.url), "utf8");

it("each file of commands/ is a command, which the help and docs/REPL.md show with what it takes", () => {
  const files = readdirSync(new URL("commands", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));
  expect(files.sort()).toEqual([...REPL_COMMANDS.keys()].sort());
  for (const [name, { usage }] of REPL_COMMANDS) {
    const shown = `${name} ${usage}`.trimEnd();
    expect(replHelpText()).toContain(`\n  ${shown}  `);
    expect(DOCS).toContain(`| \`${shown.replaceAll("|", "\\|")}\``);
  }
});
