import serialize from "serialize-javascript";
import { RegistrationError } from "../errors.ts";
import type { FunctionText } from "../message.ts";
import { methodOf, type Names, namesIn } from "./free-names.ts";

/** A function that can be called by its name. */
export interface WorkerFunction {
  // biome-ignore lint/complexity/noBannedTypes: whatever was registered
  readonly run: Function;
  /** Whether it is given `resolve` and `reject` first. */
  readonly resolving: boolean;
  /** Whether it is given something of its call: what has no `this` in its text does not ask for it. */
  readonly needsCall: boolean;
  /** Whether it came as text. */
  readonly travelled: boolean;
}

/** A function, or why there is none; which may be another answer later. */
type Entry = (() => WorkerFunction) | WorkerFunction;

/**
 * What compilers put into functions, and is outside of them then. This one keeps names, and can be had here.
 * https://esbuild.github.io/api/#keep-names
 */
const HELPERS: Readonly<Record<string, unknown>> = {
  __name: (value: object, name: string) => Object.defineProperty(value, "name", { value: name, configurable: true }),
};
/** How compilers and bundlers call what they put outside: their helpers, and what is imported. */
const COMPILED =
  /^(__\w+|_(async_?to_?generator|object_?spread|extends|define_?property|class_?call_?check)\w*|cov_\w+)$/i;
const IMPORTED = /__(WEBPACK_IMPORTED|vite_ssr_import|vi_import)|^import_/;
const MOST_NAMES = 20;

/** The functions of a web worker, by name. */
export class Functions {
  readonly #entries = new Map<string, Entry>();
  /** Globals that functions make when they run. */
  readonly #made = new Set<string>();
  /** Modules that could not be loaded, and why. */
  readonly failed = new Map<string, unknown>();
  /** Whether one may make globals of which its text does not tell. */
  #unclear = false;

  /** Takes functions that are functions already. @throws TypeError where one is none */
  add(functions: object, resolving: boolean): void {
    for (const [name, run] of Object.entries(functions)) {
      if (typeof run !== "function") throw new TypeError(`"${name}" is no function.`);
      const text = Function.prototype.toString.call(run);
      this.#entries.set(name, { run, resolving, needsCall: resolving || hasThis(text), travelled: false });
    }
  }

  /**
   * Makes functions of their texts. Those that are good can be called, whatever the others are.
   *
   * @param globals names that will be there
   * @throws RegistrationError which says of each that is not good why
   */
  compile(texts: readonly FunctionText[], resolving: boolean, globals: readonly string[]): void {
    for (const name of globals) this.#made.add(name);
    for (const [, text = ""] of texts) {
      const { made, unclear } = namesOf(text);
      for (const name of made) this.#made.add(name);
      this.#unclear ||= unclear;
    }
    const problems: string[] = [];
    for (const [name, text, taken] of texts) {
      const make = (): WorkerFunction => {
        if (taken) throw new RegistrationError(`"${name}" is a name that Centaurus needs itself.`);
        return { run: this.#compile(name, text), resolving, needsCall: resolving || hasThis(text), travelled: true };
      };
      try {
        this.#entries.set(name, make());
      } catch (error) {
        problems.push((error as Error).message);
        // what it lacks may come with a script that is loaded later
        this.#entries.set(name, make);
      }
    }
    if (problems.length > 0) throw new RegistrationError(problems.join("\n"));
  }

  /** @throws RegistrationError where there is none that could be called */
  find(name: string): WorkerFunction {
    let entry = this.#entries.get(name);
    // it may have been a module's
    for (const failure of entry === undefined ? this.failed.values() : []) throw failure;
    if (entry === undefined) throw new RegistrationError(`There is no function "${name}". ${this.#known()}`);
    if (typeof entry === "function") {
      entry = entry();
      this.#entries.set(name, entry);
    }
    return entry;
  }

  // biome-ignore lint/complexity/noBannedTypes: whatever was registered
  #compile(name: string, text: string | undefined): Function {
    if (text === undefined) throw new RegistrationError(`"${name}" is no function.`);
    const { make, expression } = compileText(name, text);
    const { free, unclear } = namesOf(expression);
    this.#unclear ||= unclear;
    const missing = this.#unclear
      ? []
      : [...free].filter((one) => !(one in HELPERS || this.#made.has(one) || isThere(one)));
    if (missing.length > 0) throw new RegistrationError(`"${name}" uses ${missing.map(explain).join(", and ")}.`);
    const run: unknown = make(...Object.values(HELPERS));
    if (typeof run !== "function") throw new RegistrationError(`"${name}" is no function by its text.`);
    return run;
  }

  #known(): string {
    const names = [...this.#entries.keys()].slice(0, MOST_NAMES);
    if (names.length === 0) return "None are registered.";
    return `There are: ${names.join(", ")}${this.#entries.size > MOST_NAMES ? ", and others" : ""}.`;
  }
}

/**
 * Makes what makes a function of its text, which is an expression, or else that of a method. serialize-javascript makes
 * expressions of most methods, here and not in the page, which is to be small; `methodOf` of those that it does not.
 *
 * @throws RegistrationError
 */
function compileText(name: string, text: string): { make: (...helpers: unknown[]) => unknown; expression: string } {
  if (/^class\b(?!\s*\()/.test(text)) {
    throw new RegistrationError(`"${name}" is a class: register a function that makes one.`);
  }
  let failure: unknown;
  for (const expressionOf of [serialized, (plain: string) => plain, methodOf]) {
    try {
      const expression = expressionOf(text);
      if (expression === undefined) continue;
      const source = `return (${expression}\n)\n//# sourceURL=centaurus/${name.replace(/[^\w.-]/g, "_").slice(0, 100)}.js`;
      return { make: new Function(...Object.keys(HELPERS), source) as () => unknown, expression };
    } catch (error) {
      failure = error;
      // another form helps where the first was none, and not where nothing may be made of texts
      if (!(error instanceof SyntaxError || error instanceof TypeError)) break;
    }
  }
  throw new RegistrationError(`"${name}" ${whyNot(failure as Error, text)}`, { cause: failure });
}

function serialized(text: string): string {
  return serialize(
    Object.assign(() => {}, { toString: () => text }),
    { unsafe: true },
  );
}

/** What a text says of names; nothing where it is too long to be read. */
function namesOf(text: string): Names {
  try {
    return namesIn(text);
  } catch {
    return { free: new Set(), made: new Set(), unclear: true };
  }
}

function hasThis(text = ""): boolean {
  // what evaluates text may have it there
  return /\b(this|eval)\b/.test(text);
}

/** Whether a variable is to be had in a function that is made here: what scripts declare by `const` is no property. */
function isThere(name: string): boolean {
  if (name in globalThis) return true;
  try {
    // a name, and nothing else
    new Function(`return ${name}`)();
    return true;
  } catch (error) {
    // where nothing can be made of texts, that is what is told
    return !(error instanceof ReferenceError);
  }
}

function explain(name: string): string {
  if (IMPORTED.test(name)) {
    return `"${name}", which is imported: imports stay in the page. Import it in the web worker by loadScripts({ url, as }), or register the functions as a module`;
  }
  if (COMPILED.test(name)) {
    return `"${name}", a helper that a compiler has put outside of it: compile for ES2022 or later, or register the functions as a module`;
  }
  return `"${name}", which is not there in a web worker: functions travel as text, without the variables around them. Pass it as a parameter, load it by loadScripts, or say { globals: ["${name}"] } where it will be there in time`;
}

function whyNot({ name, message }: Error, text: string): string {
  if (/\{\s*\[native code\]\s*\}$/.test(text))
    return "is bound, or the browser's own, and has no text: wrap it in a function.";
  if (name === "SyntaxError") return `has a text that is no function by itself (${message}).`;
  return (
    `cannot be made from its text, as the Content-Security-Policy of the web worker's own file forbids it (${message}). ` +
    "Serve that file with script-src 'unsafe-eval', or register the functions as a module."
  );
}

/** What is thrown where something is not there says so; in a function that travelled, this is why. */
export function explainReference(error: unknown): unknown {
  if (!(error instanceof ReferenceError) || !error.message.endsWith(" is not defined")) return error;
  const { message, stack } = error;
  const more = `${message} (in a web worker: functions travel as text, without the variables around them)`;
  try {
    error.message = more;
    error.stack = (stack ?? "").replace(message, more);
  } catch {
    // it is frozen, and stays as it is
  }
  return error;
}
