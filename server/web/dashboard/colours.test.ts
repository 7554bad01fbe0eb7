import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const SHEET = readFileSync(new URL("styles/colours.css", import.meta.url), "utf8");
const COLOURS = new Map(
  [...SHEET.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, ...both]) => [name ?? "", both]),
);
/** What WCAG 2.2 asks for at the level AA: of text, and of what only has to be seen. */
const TEXT = 4.5;
const SEEN = 3;

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

it.each([
  ...["text", "quiet", "bad", "busy", "accent-strong"].map((name) => [name, "card", TEXT] as const),
  ...[0, 1, 2, 3, 4, 5].map((worker) => [`worker-${worker}`, "card", TEXT] as const),
  ["text", "tint", TEXT],
  ["quiet", "page", TEXT],
  ["quiet", "sunken", TEXT],
  ["on-accent", "accent", TEXT],
  ["on-bad", "bad", TEXT],
  ["bad", "bad-tint", TEXT],
  ["field", "card", SEEN],
] as const)("%s can be read on %s, in light and in dark", (front, back, least) => {
  for (const which of [0, 1]) {
    const ratio = contrast(COLOURS.get(front)?.[which] ?? "", COLOURS.get(back)?.[which] ?? "");
    expect(ratio).toBeGreaterThanOrEqual(least);
  }
});
