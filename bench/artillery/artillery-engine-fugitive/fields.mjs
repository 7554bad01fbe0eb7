import { parseDuration } from "./duration.mjs";
import { ScriptError } from "./errors.mjs";
import { template } from "./template.mjs";

/** A day: more than anybody waits for. */
const LONGEST_MS = 86_400_000;

/** Reads what a script says of a step, field by field, and refuses what it cannot mean. */
export class Fields {
  #spec;
  #where;

  /** @throws ScriptError where it is no object, or has fields of other names */
  constructor(spec, where, names) {
    if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
      throw new ScriptError(where, `needs fields: ${names.join(", ")}.`);
    }
    const unknown = Object.keys(spec).filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new ScriptError(where, `does not know ${unknown.join(", ")}, only ${names.join(", ")}.`);
    }
    this.#spec = spec;
    this.#where = where;
  }

  /** As it stands there. */
  raw(name) {
    return this.#spec[name];
  }

  /** Anything that may have variables in it; undefined where it is left out. */
  value(name) {
    return template(this.#spec[name], this.#where);
  }

  /** A text that may have variables in it. */
  text(name) {
    const text = this.plainText(name);
    if (text === undefined) throw new ScriptError(this.#where, `needs ${name}.`);
    const filled = template(text, this.#where);
    return (context) => String(filled(context));
  }

  /** A text as it stands there; undefined where it is left out. */
  plainText(name) {
    const text = this.#spec[name];
    if (text === undefined || (typeof text === "string" && text !== "")) return text;
    throw new ScriptError(this.#where, `${name} has to be a text.`);
  }

  /** A whole number, which may be a variable. */
  count(name, otherwise, most) {
    const value = template(this.#spec[name] ?? otherwise, this.#where);
    const check = (count) => {
      if (Number.isInteger(count) && count >= 1 && count <= most) return count;
      throw new ScriptError(this.#where, `${name} has to be a whole number from 1 to ${most}.`);
    };
    // what needs no virtual user is found out before there is one
    if (!String(this.#spec[name]).includes("{{")) check(value());
    return (context) => check(Number(value(context)));
  }

  /** Milliseconds, from 1 on. */
  milliseconds(name, otherwise) {
    const value = this.#spec[name] ?? otherwise;
    if (value === undefined || (Number.isFinite(value) && value >= 1 && value <= LONGEST_MS)) return value;
    throw new ScriptError(this.#where, `${name} has to be a number of milliseconds.`);
  }

  flag(name, otherwise) {
    const value = this.#spec[name] ?? otherwise;
    if (typeof value === "boolean") return value;
    throw new ScriptError(this.#where, `${name} has to be true or false.`);
  }

  /** A duration as Artillery writes it, which may be a variable. @returns a function that gives milliseconds */
  duration(name) {
    const value = template(this.#spec[name], this.#where);
    if (!String(this.#spec[name]).includes("{{")) parseDuration(value(), this.#where);
    return (context) => parseDuration(value(context), this.#where);
  }
}
