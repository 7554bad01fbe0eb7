import { shownDefault } from "../../server/config/options-help.ts";
import type { CommandOption, CommandOptions } from "./command-option.ts";

type Column = (option: CommandOption<unknown>) => string;

const COLUMNS: readonly (readonly [title: string, of: Column])[] = [
  ["flag", ({ flag, secret, short }) => (secret ? "" : `--${flag}${short === undefined ? "" : `, -${short}`}`)],
  ["environment", ({ env }) => env ?? ""],
  ["default", (option) => (option.many ? "" : shownDefault(option))],
  ["what it sets", ({ description }) => description],
];

/** All options of a command as aligned text for its `--help`. A column that would be empty is left out. */
export function optionsTable(options: CommandOptions): string {
  const all = Object.values(options);
  const columns = COLUMNS.filter(([, of]) => all.some((option) => of(option) !== ""));
  const rows = [columns.map(([title]) => title), ...all.map((option) => columns.map(([, of]) => of(option)))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd()).join("\n");
}
