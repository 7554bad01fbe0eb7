import { ScriptError, UnexpectedError } from "./errors.mjs";
import { parsePath, valueAt } from "./path.mjs";

const HOLE = /\{\{\s*([^{}]*?)\s*\}\}/g;
const FUNCTION = /^(\$\w+)\(([^()]*)\)$/;

/**
 * Prepares a value of the script, in whose texts `{{ … }}` stands for a variable, or for what a function gives. A text that
 * is nothing but one `{{ … }}` becomes what that is, a number for instance. What is put in is never looked at for more: it
 * may be the server's.
 *
 * @returns a function that fills it in for a virtual user, whose `vars` and `funcs` are those of Artillery
 * @throws ScriptError
 */
export function template(value, where) {
  const filled = compile(value, where);
  return filled ?? (() => value);
}

/** @returns undefined where there is nothing to fill in */
function compile(value, where) {
  if (typeof value === "string") return compileText(value, where);
  if (Array.isArray(value)) {
    const items = value.map((item) => compile(item, where));
    if (items.every((item) => item === undefined)) return undefined;
    return (context) => items.map((item, index) => (item === undefined ? value[index] : item(context)));
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  const fields = Object.entries(value).map(([key, field]) => [key, compile(field, where), field]);
  if (fields.every(([, field]) => field === undefined)) return undefined;
  return (context) =>
    Object.fromEntries(fields.map(([key, field, plain]) => [key, field === undefined ? plain : field(context)]));
}

function compileText(text, where) {
  const holes = [...text.matchAll(HOLE)];
  if (holes.length === 0) {
    if (text.includes("{{")) throw new ScriptError(where, `${JSON.stringify(text)} has a "{{" that does not end.`);
    return undefined;
  }
  const values = holes.map(([, inside]) => compileHole(inside, where));
  const [first] = values;
  if (holes.length === 1 && holes[0][0] === text) return first;
  const between = text.split(HOLE).filter((_, index) => index % 2 === 0);
  return (context) =>
    between.map((part, index) => (index === 0 ? part : `${asText(values[index - 1](context))}${part}`)).join("");
}

function compileHole(inside, where) {
  const [, name, list] = FUNCTION.exec(inside) ?? [];
  if (name !== undefined) return compileFunction(name, list);
  const { root, keys } = parsePath(inside, where);
  if (root === "$now") return now;
  return ({ vars }) => {
    const value = Object.hasOwn(vars, root) ? valueAt(vars[root], keys) : undefined;
    if (value === undefined) throw new UnexpectedError("VARIABLE", `there is no variable ${inside}`);
    return value;
  };
}

function compileFunction(name, list) {
  const given = list.trim() === "" ? [] : list.split(",").map((argument) => asArgument(argument.trim()));
  return ({ funcs = {} }) => {
    if (!Object.hasOwn(funcs, name)) throw new UnexpectedError("VARIABLE", `there is no function ${name}`);
    return funcs[name](...given);
  };
}

/** Milliseconds since 1970, with their fractions: the same clock for all users of this machine. */
export function now() {
  return performance.timeOrigin + performance.now();
}

function asArgument(text) {
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : number;
}

function asText(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
