import { randomInt } from "node:crypto";

const DEEPEST = 3;
const MOST_ITEMS = 4;
const TWO_UNITS = "🙂";
const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCXYZ0123456789 _-äß漢", TWO_UNITS];

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

/** @param min and `max` hold for characters, as in JSON Schema, and for UTF-16 units, as most validators count */
export function randomText(roll: Dice, min: number, max: number): string {
  const length = min + roll(Math.max(1, max - min + 1));
  const text = Array.from({ length }, () => LETTERS[roll(LETTERS.length)] ?? "").join("");
  return text.length > max ? text.replaceAll(TWO_UNITS, "x") : text;
}
