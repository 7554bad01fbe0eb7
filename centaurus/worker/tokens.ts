/** A piece of a function's text. Of strings, templates and regular expressions it matters only that they are values. */
export interface Token {
  readonly type: "name" | "mark" | "value";
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
  /** Of a bracket: the index of the one that belongs to it. */
  other?: number;
}

const SPACE = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)+/y;
const NAME =
  /#?(?:[\p{ID_Start}$_]|\\u(?:[\da-fA-F]{4}|\{[\da-fA-F]+\}))(?:[\p{ID_Continue}$\u200c\u200d]|\\u(?:[\da-fA-F]{4}|\{[\da-fA-F]+\}))*/uy;
const NUMBER = /(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?)n?/y;
// without a choice at each character, so that long ones are no deep recursion
const STRING = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART = /[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*(?:`|\$\{)/y;
const MARK = /=>|\.\.\.|\?\.(?!\d)|\?\?=?|&&=?|\|\|=?|[=!]==?|\*\*=?|<<=?|>>>?=?|[-+*/%&|^<>]=|\+\+|--|[\s\S]/y;

/** Words after which a slash begins a regular expression, as no value ends there. */
const BEFORE_VALUE = new Set(
  "return typeof case in of delete void throw new else do yield await instanceof extends".split(" "),
);
/** What stands before brackets after which a statement begins. */
const BEFORE_STATEMENT = new Set(["if", "while", "for", "with"]);
const OPENING = "([{";
const CLOSING = ")]}";

/**
 * Splits a function's text. Takes for granted that it is one, for it comes from the engine itself.
 * https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const open: number[] = [];
  /** Brackets that a template's `${` has opened. */
  const inTemplate = new Set<number>();
  let at = 0;

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function add(type: Token["type"], piece: string): number {
    return tokens.push({ type, text: piece, at: at - piece.length }) - 1;
  }

  /** Up to where the template ends, or a value in it begins. */
  function template(): void {
    const part = match(TEMPLATE_PART);
    add("value", "`");
    if (part?.endsWith("{")) {
      const index = add("mark", "{");
      open.push(index);
      inTemplate.add(index);
    }
  }

  function bracket(mark: string): void {
    const index = add("mark", mark);
    if (OPENING.includes(mark)) open.push(index);
    if (!CLOSING.includes(mark)) return;
    const other = open.pop();
    if (other === undefined) return;
    (tokens[other] as Token).other = index;
    (tokens[index] as Token).other = other;
    if (inTemplate.has(other)) template();
  }

  while (at < text.length) {
    if (match(SPACE) !== undefined) continue;
    const next = text[at] as string;
    const name = match(NAME);
    if (name !== undefined) add("name", name);
    else if (/[\d]/.test(next) || (next === "." && /\d/.test(text[at + 1] ?? ""))) add("value", match(NUMBER) ?? "");
    else if (next === '"' || next === "'") add("value", match(STRING) ?? (match(MARK) as string));
    else if (next === "`") {
      at++;
      template();
    } else if (next === "/" && beginsValue(tokens) && match(REGULAR_EXPRESSION) !== undefined) add("value", "/");
    else bracket(match(MARK) as string);
  }
  return tokens;
}

/** Whether it is what a property's name follows. */
export function isDot(token: Token | undefined): boolean {
  return token?.text === "." || token?.text === "?.";
}

/** Whether a value may begin after these tokens, rather than an operator. */
function beginsValue(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last === undefined) return true;
  if (last.type === "value") return false;
  // words are names, too, of properties
  if (last.type === "name") return BEFORE_VALUE.has(last.text) && !isDot(tokens.at(-2));
  if (last.text === ")") return BEFORE_STATEMENT.has(tokens[(last.other ?? 0) - 1]?.text ?? "");
  return last.text !== "]" && last.text !== "++" && last.text !== "--";
}
