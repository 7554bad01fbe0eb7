import { describe, expect, it } from "vitest";
import { OPTION_KEYS, OPTIONS } from "./options.ts";
import { optionsHelp } from "./options-help.ts";

describe("optionsHelp", () => {
  const lines = optionsHelp().split("\n");

  it.each(OPTION_KEYS)("has one line with flag, variable and description of %s", (key) => {
    const { flag, env, secret, description } = OPTIONS[key];
    const found = lines.filter((line) => line.split(/ {2,}/).includes(env));
    expect(found).toHaveLength(1);
    const flags = secret ? [] : [`--${flag}`];
    expect(found[0]?.trim().split(/ {2,}/)).toEqual([...flags, env, expect.any(String), description]);
  });

  it("shows defaults as they may be typed, and none that only this machine has", () => {
    expect(optionsHelp()).toContain(" 1_048_576 ");
    expect(lines.find((line) => line.includes("--workers"))).toContain(" one per core ");
    expect(lines.find((line) => line.includes("--node"))).toContain(" host name ");
  });

  it("aligns its columns and stays within 120 characters", () => {
    const rows = lines.filter((line) => line.startsWith("  --"));
    const starts = rows.map((row) => row.search(/[A-Z]/));
    expect(new Set(starts).size).toBe(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});
