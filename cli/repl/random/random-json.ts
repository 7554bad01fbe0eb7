import { randomInt } from "node:crypto";

const DEEPEST = 3;
const MOST_ITEMS = 4;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789 _-äß漢🙂";

/** Some number from 0 to below `end`. */
export type Dice = (end: number) => number;

export const dice: Dice = (end) => randomInt(Math.max(1, Math.min(end, 2 ** 32)));

/** Any JSON, small. */
export function randomJson(roll: Dice, depth = 0): unknown {
  switch (roll(depth < DEEPEST ? 7 : 5)) {
    case 0:
      return null;
    case 1:
      return roll(2) === 1;
    case 2:
      return roll(2_000_001) - 1_000_000;
    case 3:
      return roll(1_000_000) / 1_000;
    case 4:
      return randomText(roll, 0, 20);
    case 5:
      return Array.from({ length: roll(MOST_ITEMS + 1) }, () => randomJson(roll, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: roll(MOST_ITEMS + 1) }, () => [randomText(roll, 1, 8), randomJson(roll, depth + 1)]),
      );
  }
}

export function randomText(roll: Dice, min: number, max: number): string {
  const letters = [...LETTERS];
  const length = min + roll(Math.max(1, max - min + 1));
  let text = "";
  while (text.length < length) text += letters[roll(letters.length)] ?? "";
  // a letter of two units may be one too many
  return text.length > max ? text.slice(0, -2).padEnd(min, "x") : text;
}
