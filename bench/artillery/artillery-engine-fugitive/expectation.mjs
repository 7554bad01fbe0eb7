import { isDeepStrictEqual } from "node:util";
import { ScriptError, shown, UnexpectedError } from "./errors.mjs";
import { Fields } from "./fields.mjs";
import { parsePath, valueAt } from "./path.mjs";

/** How a step of each kind may end: what `expect` says of it. */
export const EXPECTATIONS = {
  call: ["equals", "matches", "error"],
  stream: ["equals", "matches", "error", "items", "last"],
  other: ["error"],
};

/** The most items that can be expected. */
const MOST_ITEMS = 1_000_000_000;

/**
 * Reads what is expected of a step.
 *
 * @param names those of `EXPECTATIONS`
 * @returns a function of the outcome, `{ result?, error?, items?, last? }`, and of the user's context. It gives undefined
 * where nothing was expected, true where that has come, and else what is wrong, as a text
 * @throws ScriptError
 */
export function parseExpectation(spec, names, where) {
  if (spec === undefined) return () => undefined;
  const fields = new Fields(spec, `${where}, expect`, names);
  const said = names.filter((name) => fields.raw(name) !== undefined);
  if (said.length === 0) throw new ScriptError(where, `expect needs ${names.join(", or ")}.`);
  if (said.includes("error")) {
    if (said.length > 1) throw new ScriptError(where, "expect has an error, and more: it cannot be both.");
    const code = fields.text("error");
    return (outcome, context) => checkError(outcome, code(context));
  }
  const checks = said.map((name) => CHECKS[name](fields, name));
  return ({ error, ...outcome }, context) => {
    // it is told of by itself
    if (error !== undefined) return undefined;
    return checks.map((check) => check(outcome, context)).find((problem) => problem !== undefined) ?? true;
  };
}

const CHECKS = {
  equals: (fields, name) => {
    const value = fields.value(name);
    return ({ result }, context) => difference(result, value(context), isDeepStrictEqual);
  },
  matches: (fields, name) => {
    const value = fields.value(name);
    return ({ result }, context) => difference(result, value(context), matches);
  },
  last: (fields, name) => {
    const value = fields.value(name);
    return ({ last }, context) => difference(last, value(context), isDeepStrictEqual, "the last item ");
  },
  items: (fields, name) => {
    const count = fields.count(name, undefined, MOST_ITEMS);
    return ({ items }, context) => difference(items, count(context), isDeepStrictEqual, "a number of items ");
  },
};

function checkError({ error, result }, code) {
  if (error === undefined) return `expected the error ${code}, got ${shown(result)}`;
  return error.code === code ? true : undefined;
}

function difference(got, wanted, agree, what = "") {
  return agree(got, wanted) ? undefined : `expected ${what}${shown(wanted)}, got ${shown(got)}`;
}

/** Whether a value has in it what is wanted: of objects the fields that are named, of arrays each item, else the same. */
export function matches(got, wanted) {
  if (!Array.isArray(wanted) && !isPlain(wanted)) return isDeepStrictEqual(got, wanted);
  if (typeof got !== "object" || got === null || Array.isArray(got) !== Array.isArray(wanted)) return false;
  if (Array.isArray(wanted) && got.length !== wanted.length) return false;
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(got, key) && matches(got[key], value));
}

/** Whether it is an object with fields, and not a date or bytes, say. */
function isPlain(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Reads what is to be kept of a result: `{ json: "$.user.id", as: "id" }`, or a list of such.
 *
 * @returns a function that puts it into the variables; it throws UnexpectedError where the result has no such thing
 * @throws ScriptError
 */
export function parseCapture(spec, where) {
  if (spec === undefined) return () => {};
  const captures = [spec].flat().map((one) => {
    const fields = new Fields(one, `${where}, capture`, ["json", "as"]);
    const { root, keys } = parsePath(fields.plainText("json") ?? "$", where);
    const as = fields.plainText("as");
    if (root !== "$" || as === undefined)
      throw new ScriptError(where, 'capture is as { json: "$.field", as: "name" }.');
    return { keys, as, path: fields.plainText("json") ?? "$" };
  });
  return (result, { vars }) => {
    for (const { keys, as, path } of captures) {
      const value = valueAt(result, keys);
      if (value === undefined) throw new UnexpectedError("EXPECTATION", `there is no ${path} in ${shown(result)}`);
      vars[as] = value;
    }
  };
}
