import { ScriptError } from "./errors.mjs";

const UNITS = { ms: 1, s: 1_000, m: 60_000 };
/** A day: a step that takes longer is a mistake. */
const LONGEST_MS = 86_400_000;

/**
 * Reads a duration as Artillery writes it: a number of seconds, or a text such as "250ms", "2s", "1m".
 *
 * @returns milliseconds
 * @throws ScriptError
 */
export function parseDuration(value, where) {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(String(value).trim()) ?? [];
  const ms = Number(number) * UNITS[unit];
  if (!(ms >= 0 && ms <= LONGEST_MS)) {
    throw new ScriptError(where, `${JSON.stringify(value)} is no duration such as 2, "250ms", "2s" or "1m".`);
  }
  return ms;
}
