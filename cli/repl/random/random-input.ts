import { type Dice, randomJson, randomText } from "./random-json.ts";

/** Where a schema says nothing, and where it says more than anybody wants to send. */
const LONGEST_TEXT = 40;
const MOST_ITEMS = 5;
const DEEPEST = 8;
const SPREAD = 1_000;
/** Items and characters that all may have together, as lists in lists share them out. */
const ROOM = LONGEST_TEXT * SPREAD;

/** The part of JSON Schema that is looked at. */
interface Schema {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
  readonly properties?: unknown;
  readonly required?: unknown;
  readonly items?: unknown;
  readonly minItems?: unknown;
  readonly maxItems?: unknown;
  readonly minLength?: unknown;
  readonly maxLength?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly exclusiveMinimum?: unknown;
  readonly exclusiveMaximum?: unknown;
}

/**
 * Something that a JSON Schema allows, as far as its types, choices, sizes and ranges say; patterns and formats are not
 * looked at. Without a schema, anything.
 */
export function randomInput(schema: unknown, roll: Dice, depth = 0, room = ROOM): unknown {
  if (typeof schema !== "object" || schema === null || depth > DEEPEST) return randomJson(roll, depth);
  const given = schema as Schema;
  if ("const" in given) return given.const;
  for (const choices of [given.enum, given.anyOf, given.oneOf]) {
    if (!Array.isArray(choices) || choices.length === 0) continue;
    const chosen: unknown = choices[roll(choices.length)];
    return choices === given.enum ? chosen : randomInput(chosen, roll, depth + 1, room);
  }
  const type: unknown = Array.isArray(given.type) ? given.type[roll(given.type.length)] : given.type;
  switch (type) {
    case "null":
      return null;
    case "boolean":
      return roll(2) === 1;
    case "integer":
      return Math.round(between(range(given, 1), roll));
    case "number":
      return between(range(given, Number.EPSILON), roll);
    case "string": {
      const min = size(given.minLength, 0, room);
      return randomText(roll, min, Math.max(min, size(given.maxLength, LONGEST_TEXT, LONGEST_TEXT)));
    }
    case "array": {
      const min = size(given.minItems, 0, Math.min(SPREAD, room));
      const more = roll(Math.max(1, size(given.maxItems, MOST_ITEMS, MOST_ITEMS) - min + 1));
      const length = Math.min(min + more, room);
      const each = Math.max(1, Math.floor(room / Math.max(1, length)));
      return Array.from({ length }, () => randomInput(given.items, roll, depth + 1, each));
    }
    case "object":
      return randomObject(given, roll, depth, room);
    default:
      return randomJson(roll);
  }
}

function randomObject({ properties, required }: Schema, roll: Dice, depth: number, room: number): unknown {
  if (typeof properties !== "object" || properties === null) return {};
  const needed = new Set(Array.isArray(required) ? required : []);
  const chosen = Object.entries(properties).filter(([name]) => needed.has(name) || roll(2) === 1);
  const each = Math.max(1, Math.floor(room / Math.max(1, chosen.length)));
  return Object.fromEntries(chosen.map(([name, schema]) => [name, randomInput(schema, roll, depth + 1, each)]));
}

/** @param step from a bound that is excluded to the next number */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema, step: number): [number, number] {
  const low = numberOf(minimum) ?? add(numberOf(exclusiveMinimum), step);
  const high = numberOf(maximum) ?? add(numberOf(exclusiveMaximum), -step);
  const from = low ?? Math.min(0, high ?? 0);
  // what a validator allows at most is rarely what anybody wants
  return [from, Math.min(high ?? Number.POSITIVE_INFINITY, from + SPREAD)];
}

function between([low, high]: readonly [number, number], roll: Dice): number {
  return low + ((high - low) * roll(SPREAD + 1)) / SPREAD;
}

function add(value: number | undefined, step: number): number | undefined {
  return value === undefined ? undefined : value + step;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER
    ? value
    : undefined;
}

function size(value: unknown, initial: number, most: number): number {
  return Math.min(typeof value === "number" && value >= 0 ? Math.floor(value) : initial, most);
}
