import * as z from "zod";

/** A parameter that is a whole number. */
export function wholeNumber(least: number, most: number) {
  const expected = `has to be a whole number from ${least} to ${most}`;
  return z.coerce.number(expected).int(expected).min(least, expected).max(most, expected);
}
