/** One token of JSON, and what kind it is by the group that matched. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/uy;
const BLANK = /[ \t\n\r]*/y;

export interface JsonProblem {
  /** Of the first character that cannot be there, from 0. */
  readonly at: number;
  /** What could be. */
  readonly expected: string;
}

type Expected = "value" | "value or ]" | "key or }" | "key" | ":" | ", or }" | ", or ]" | "end";

const WORDS: Readonly<Record<Expected, string>> = {
  value: "a value",
  "value or ]": "a value or ]",
  "key or }": 'a "key" or }',
  key: 'a "key"',
  ":": ":",
  ", or }": ", or }",
  ", or ]": ", or ]",
  end: "nothing more",
};

/**
 * Where a text stops being JSON (RFC 8259): what engines say of that differs, and often has no position.
 * @returns undefined where it is JSON
 */
export function jsonProblem(text: string): JsonProblem | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const next: Expected | undefined = match === null ? undefined : after(expected, match, open);
    if (next === undefined) {
      const found = skipBlank(text, at);
      return expected === "end" && found === text.length ? undefined : { at: found, expected: WORDS[expected] };
    }
    expected = next;
    at = TOKEN.lastIndex;
  }
}

/** What may follow a token, or undefined where the token cannot be there. */
function after(expected: Expected, [, mark, text, scalar]: RegExpExecArray, open: ("{" | "[")[]): Expected | undefined {
  const wantsValue = expected === "value" || expected === "value or ]";
  if (wantsValue && (mark === "{" || mark === "[")) {
    open.push(mark);
    return mark === "{" ? "key or }" : "value or ]";
  }
  if (wantsValue && (text !== undefined || scalar !== undefined)) return afterValue(open);
  if ((expected === "key" || expected === "key or }") && text !== undefined) return ":";
  if (expected === ":" && mark === ":") return "value";
  if (mark === "," && expected === ", or }") return "key";
  if (mark === "," && expected === ", or ]") return "value";
  const closes = (mark === "}" || mark === "]") && expected.endsWith(`or ${mark}`);
  if (!closes) return undefined;
  open.pop();
  return afterValue(open);
}

function afterValue(open: readonly string[]): Expected {
  const inside = open.at(-1);
  return inside === undefined ? "end" : inside === "{" ? ", or }" : ", or ]";
}

function skipBlank(text: string, from: number): number {
  BLANK.lastIndex = from;
  BLANK.test(text);
  return BLANK.lastIndex;
}
