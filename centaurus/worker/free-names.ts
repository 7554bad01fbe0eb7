import { isDot, type Token, tokenize } from "./tokens.ts";

/** What the text of a function says of names. */
export interface Names {
  /** Used, and not declared anywhere in the text. */
  readonly free: ReadonlySet<string>;
  /** Globals that it makes, or knows of: `self.cache = …`, `counter = 1`. */
  readonly made: ReadonlySet<string>;
  /** Whether it may make others, of which its text does not tell: `Object.assign(self, …)`, `importScripts(…)`. */
  readonly unclear: boolean;
}

const WORDS = new Set(
  (
    "arguments as async await break case catch class const continue debugger default delete do else export extends false " +
    "finally for from function get if import in instanceof let new null of return set static super switch this throw " +
    "true try typeof using var void while with yield"
  ).split(" "),
);
/** By which a function reaches the globals. */
const GLOBAL = new Set(["self", "globalThis", "window", "global", "this"]);
const DECLARING = new Set(["var", "let", "const", "using"]);
/** What may bring variables of any name. */
const UNCLEAR = new Set(["importScripts", "eval", "with"]);
/** What may stand before brackets that are followed by a block, and are no parameters. */
const CONTROL = new Set(["if", "for", "await", "while", "switch", "with"]);

/**
 * Finds the names that a function takes from around itself. It errs on one side: what is declared anywhere in the text
 * counts as declared everywhere in it, and what is not understood as declared as well, so that no function is called
 * broken that is not.
 */
export function namesIn(text: string): Names {
  const tokens = tokenize(text);
  const declared = new Set<string>();
  const used = new Set<string>();
  const made = new Set<string>();
  let unclear = false;
  const ofClasses = classElements(tokens);
  const tried = triedParts(tokens);
  const colons = new Colons();

  for (const [index, token] of tokens.entries()) {
    if (token.type === "mark") {
      colons.passed(token.text);
      const { other = index } = token;
      // parameters, and what is taken apart: `[a, b] = …`
      const declares = other > index && (isParameters(tokens, index) || tokens[other + 1]?.text === "=");
      if (declares) declareAll(tokens, index, declared);
    }
    if (token.type !== "name") continue;
    if (DECLARING.has(token.text)) declareList(tokens, index + 1, declared);
    unclear ||= isUnclear(tokens, index);
    // private, or written with escapes and so not the same to the letter each time
    if (WORDS.has(token.text) || /[#\\]/.test(token.text)) continue;
    if (isDot(tokens[index - 1])) {
      if (isGlobal(tokens, index - 2)) made.add(token.text);
    } else if (isDeclared(tokens, index)) {
      declared.add(token.text);
      if (tokens[index + 1]?.text === "=") made.add(token.text);
    } else if (tried.has(index)) continue;
    else if (!(ofClasses.has(index) || isLabel(tokens, index, colons.ofLabel) || isMethodName(tokens, index)))
      used.add(token.text);
  }
  for (const name of declared) used.delete(name);
  return { free: used, made, unclear };
}

/** Tells the colon of `a ? b : c` from others. */
class Colons {
  /** How many `?` of each open bracket still wait for theirs. */
  readonly #questions = [0];

  /** Whether the next colon is that of a label, or of a property. */
  get ofLabel(): boolean {
    return this.#questions.at(-1) === 0;
  }

  passed(mark: string): void {
    const questions = this.#questions;
    const last = questions.length - 1;
    const waiting = questions[last] ?? 0;
    if ("([{".includes(mark)) questions.push(0);
    else if (")]}".includes(mark) && last > 0) questions.pop();
    else if (mark === "?") questions[last] = waiting + 1;
    else if (mark === ":" && waiting > 0) questions[last] = waiting - 1;
  }
}

/** `self`, and the like. */
function isGlobal(tokens: readonly Token[], index: number): boolean {
  return GLOBAL.has(tokens[index]?.text ?? "") && !isDot(tokens[index - 1]);
}

/** Whether variables of any name may come of it: `eval`, or the global object handed to somebody. */
function isUnclear(tokens: readonly Token[], index: number): boolean {
  const { text } = tokens[index] as Token;
  if (isDot(tokens[index - 1])) return false;
  return UNCLEAR.has(text) || (text !== "this" && isGlobal(tokens, index) && !isDot(tokens[index + 1]));
}

/** What stands in the blocks after `try`: where it is missing, that is seen to. */
function triedParts(tokens: readonly Token[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [start, { text }] of tokens.entries()) {
    const end = text === "try" && !isDot(tokens[start - 1]) ? (tokens[start + 1]?.other ?? 0) : 0;
    for (let index = start + 2; index < end; index++) found.add(index);
  }
  return found;
}

/** Whether it is a function's or a class's, the parameter of an arrow function, assigned to, or asked whether it is there. */
function isDeclared(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text ?? "";
  const after = tokens[index + 1]?.text ?? "";
  return (
    ["function", "class", "typeof"].includes(before) ||
    ["=>", "="].includes(after) ||
    (before === "(" && (after === "in" || after === "of")) ||
    isGeneratorName(tokens, index)
  );
}

function isLabel(tokens: readonly Token[], index: number, colonOfLabel: boolean): boolean {
  const before = tokens[index - 1]?.text;
  if (before === "break" || before === "continue") return true;
  return tokens[index + 1]?.text === ":" && before !== "case" && colonOfLabel;
}

/** `function* name`. */
function isGeneratorName(tokens: readonly Token[], index: number): boolean {
  return tokens[index - 1]?.text === "*" && tokens[index - 2]?.text === "function";
}

/** Whether an opening bracket's content are the parameters of a function, or what is caught. */
function isParameters(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.text !== "(") return false;
  const close = tokens[index]?.other;
  if (close === undefined) return false;
  const after = tokens[close + 1]?.text;
  return after === "=>" || (after === "{" && !CONTROL.has(tokens[index - 1]?.text ?? ""));
}

function isMethodName(tokens: readonly Token[], index: number): boolean {
  return tokens[index + 1]?.text === "(" && isParameters(tokens, index + 1);
}

/** Declares all names between a bracket and the one that belongs to it: more than are, where it has default values. */
function declareAll(tokens: readonly Token[], index: number, declared: Set<string>): void {
  for (const { type, text } of tokens.slice(index + 1, tokens[index]?.other)) if (type === "name") declared.add(text);
}

/** `let a = 1, { b, c: [d] } = e, f`: declares what stands at the beginning and after each comma. */
function declareList(tokens: readonly Token[], first: number, declared: Set<string>): void {
  let expected = true;
  for (let index = first; index < tokens.length; index++) {
    const { type, text, other } = tokens[index] as Token;
    if (other !== undefined && other < index) return;
    if (text === ";" || DECLARING.has(text)) return;
    if (expected && type === "name") declared.add(text);
    if (expected && other !== undefined) declareAll(tokens, index, declared);
    // what is in brackets has commas of its own
    if (other !== undefined) index = other;
    expected = text === ",";
  }
}

/** What stands directly in the body of a class: names of its elements, for the most part. */
function classElements(tokens: readonly Token[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [start, { text }] of tokens.entries()) {
    if (text !== "class" || tokens[start - 1]?.text === ".") continue;
    let body = start + 1;
    while (body < tokens.length && tokens[body]?.text !== "{") body = bracketEnd(tokens, body) + 1;
    const end = tokens[body]?.other ?? body;
    for (let index = body + 1; index < end; index = bracketEnd(tokens, index) + 1) found.add(index);
  }
  return found;
}

function bracketEnd(tokens: readonly Token[], index: number): number {
  return Math.max(index, tokens[index]?.other ?? index);
}

/** A method as an expression, whatever its name is: `async *["a b"](c) { … }`. Undefined where the text is none. */
export function methodOf(text: string): string | undefined {
  const tokens = tokenize(text);
  let index = 0;
  let modifiers = "";
  const isName = () => tokens[index + 1]?.text === "(";
  if (tokens[index]?.text === "async" && !isName()) {
    modifiers += "async ";
    index++;
  }
  if (tokens[index]?.text === "*") {
    modifiers += "*";
    index++;
  }
  // the name, which may be computed
  index = bracketEnd(tokens, index) + 1;
  const parameters = tokens[index];
  if (parameters?.text !== "(" || tokens[(parameters.other ?? 0) + 1]?.text !== "{") return undefined;
  return `({ ${modifiers}method${text.slice(parameters.at)} }).method`;
}
