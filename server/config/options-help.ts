import { CONFIG_FILE_NAME } from "./config-file.ts";
import { GROUPS, type Option } from "./option.ts";
import { withSeparators } from "./option-types.ts";
import { OPTION_KEYS, OPTIONS } from "./options.ts";

type Row = readonly [flag: string, env: string, initial: string, description: string];

/** All options as aligned text for `--help`, by group: flag, environment variable, default, description. */
export function optionsHelp(): string {
  const sections: [title: string, rows: Row[]][] = GROUPS.map((group) => [
    group,
    OPTION_KEYS.filter((key) => OPTIONS[key].group === group).map((key) => {
      const { flag, env, secret, description } = OPTIONS[key];
      return [secret ? "" : `--${flag}`, env, shownDefault(OPTIONS[key]), description];
    }),
  ]);
  sections.unshift([
    "file",
    [["--config", "FUGITIVE_CONFIG", "", `JSON file, keys like maxPayload; else ./${CONFIG_FILE_NAME}`]],
  ]);
  const header: Row = ["flag", "environment", "default", "what it sets"];
  const all = [header, ...sections.flatMap(([, rows]) => rows)];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: Row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return [line(header), ...sections.flatMap(([title, rows]) => ["", title, ...rows.map(line)])].join("\n");
}

/** A default as it may be typed. */
export function shownDefault({
  default: initial,
  defaultText,
}: Pick<Option<unknown>, "default" | "defaultText">): string {
  return defaultText ?? (typeof initial === "number" ? withSeparators(initial) : String(initial));
}
