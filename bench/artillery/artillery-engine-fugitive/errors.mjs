/** Longest text of a value in a message, in characters. */
const SHOWN = 200;

/** A script that cannot be run. Artillery prints the stack of what an engine throws, of which nobody wants more than this. */
export class ScriptError extends Error {
  constructor(where, problem) {
    super(`${where}: ${problem}`);
    this.name = "ScriptError";
    this.stack = this.message;
  }
}

/** What went otherwise than the script expects, with a code to count it by. */
export class UnexpectedError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "UnexpectedError";
    this.code = code;
  }
}

/** Where in the script a virtual user failed, and by what: its `cause`. */
export class StepError extends Error {
  constructor(where, cause) {
    super(`${where}: ${cause?.message ?? cause}`, { cause });
    this.name = "StepError";
  }
}

/** A value for people, which may come from the server and be of any size. */
export function shown(value) {
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, SHOWN)) : asJson(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function asJson(value) {
  try {
    return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part)) ?? "nothing";
  } catch {
    return String(value);
  }
}
