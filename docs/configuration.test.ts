import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GROUPS } from "../server/config/option.ts";
import { OPTION_KEYS, OPTIONS } from "../server/config/options.ts";
import { shownDefault } from "../server/config/options-help.ts";
import { loadConfig } from "../server/config.ts";

const TEXT = readFileSync(new URL("CONFIGURATION.md", import.meta.url), "utf8");

it("docs/CONFIGURATION.md lists every option with its names, default and meaning, in the order of the help", () => {
  const rows = TEXT.split("\n").filter((line) => line.startsWith("| `"));
  const documented = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const keys = GROUPS.flatMap((group) => OPTION_KEYS.filter((key) => OPTIONS[key].group === group));
  const real = keys.map((key) => {
    const { env, flag, secret, description } = OPTIONS[key];
    return [`\`${key}\``, `\`${env}\``, secret ? "" : `\`--${flag}\``, shownDefault(OPTIONS[key]), description];
  });
  expect(documented).toEqual(real);
});

it("docs/CONFIGURATION.md shows a file that is taken as it stands", () => {
  const json = /```json\n(.*?)```/s.exec(TEXT)?.[1] ?? "";
  const overrides: Record<string, unknown> = JSON.parse(json);
  expect(loadConfig({ overrides }).config).toMatchObject(overrides);
});
