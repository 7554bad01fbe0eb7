/** Values of variables by their names; those that a message does not have are missing. */
export type JsonValues = ReadonlyMap<string, string>;

/** Reads variables from messages that are JSON. */
export interface JsonVariables {
  readonly names: readonly string[];
  /** Never throws: what is no JSON, or too long, has no values. */
  read(text: string): JsonValues;
}

/** Longer messages are not parsed, in characters: that would hold up all others of the process. */
export const MAX_JSON_LENGTH = 64 * 1024;
export const NO_VALUES: JsonValues = new Map();
const NAME = /^[A-Za-z0-9_]{1,64}$/;
const MAX_VARIABLES = 16;
const MAX_DEPTH = 16;
const INDEX = /^\d{1,9}$/;

/**
 * Compiles variables of a path: by name, where in a message of JSON their value is, as in `{ command: "data.actionRef" }`.
 * Steps are names of own properties, or places in arrays. Strings, numbers and booleans are values, and nothing else is.
 * @throws RangeError where a name or a place cannot be one
 */
export function compileJsonVariables(places: Readonly<Record<string, string>>): JsonVariables {
  const variables = Object.entries(places).map(([name, place]) => ({ name, steps: compilePlace(name, place) }));
  if (variables.length > MAX_VARIABLES)
    throw new RangeError(`A path can have ${MAX_VARIABLES} JSON variables at most.`);
  return {
    names: variables.map(({ name }) => name),
    read(text) {
      if (variables.length === 0 || text.length > MAX_JSON_LENGTH || !mayBeJson(text)) return NO_VALUES;
      let data: unknown;
      try {
        data = JSON.parse(text);
      } catch {
        return NO_VALUES;
      }
      const values = new Map<string, string>();
      for (const { name, steps } of variables) {
        const value = follow(data, steps);
        if (value !== undefined) values.set(name, value);
      }
      return values;
    },
  };
}

function compilePlace(name: string, place: string): readonly string[] {
  if (!NAME.test(name)) throw new RangeError(`A JSON variable's name has letters, digits and _ only: "${name}"`);
  const steps = place.split(".");
  if (place.length > 256 || steps.length > MAX_DEPTH || steps.includes("")) {
    throw new RangeError(`JSON variable ${name}: "${place}" is no place such as "data.command"`);
  }
  return steps;
}

/** Whether it begins as an object or an array does: other text need not be tried. */
function mayBeJson(text: string): boolean {
  const first = text.trimStart()[0];
  return first === "{" || first === "[";
}

function follow(data: unknown, steps: readonly string[]): string | undefined {
  let at = data;
  for (const step of steps) {
    if (typeof at !== "object" || at === null) return undefined;
    // only what the message itself has: nothing of a prototype, and of an array no `length`
    if (Array.isArray(at) ? !INDEX.test(step) : !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return typeof at === "string" || typeof at === "number" || typeof at === "boolean" ? String(at) : undefined;
}
