import { expect, it } from "vitest";
import { methodOf, namesIn } from "./free-names.ts";

const free = (text: string) => [...namesIn(text).free].sort();

it.each<[string, string, string[]]>([
  [
    "parameters and what is declared",
    "(a, { b, c: [d] = [] }, ...e) => { let f = a, g; const [h] = e; var { i, j: { k } } = d; return b + f + g + h + i + k; }",
    [],
  ],
  ["what is taken from around", "(a) => a + b * c.d.e(f)", ["b", "c", "f"]],
  ["properties", "(a) => a.b?.c?.[d] ?? a?.e", ["d"]],
  [
    "keys of objects, and their short forms",
    "() => ({ a: 1, 'b': c, d, [e]: 2, f() { return g; }, get h() { return 1; }, async *i() {} })",
    ["c", "d", "e", "g"],
  ],
  ["a question and its colon", "(a) => a ? b : c", ["b", "c"]],
  ["questions in questions, and objects in them", "(a) => a ? { b: c ? d : e } : f", ["c", "d", "e", "f"]],
  [
    "cases and labels",
    "(a) => { outer: for (;;) { switch (a) { case b: continue outer; default: break outer; } } }",
    ["b"],
  ],
  [
    "functions and classes",
    "() => { function a() {} function* b() {} class C extends D { e = 1; #f; static g() { return h; } } return [a, b, C]; }",
    ["D", "h"],
  ],
  ["caught errors", "() => { try { a(); } catch (b) { return b; } finally { c(); } }", ["c"]],
  ["errors that are not caught by name", "() => { try { a(); } catch { return b; } }", ["b"]],
  [
    "what is taken apart",
    "() => { [a, b] = [1, 2]; ({ c, d: e } = f); for (g in h) g; for (i of j) i; }",
    ["f", "h", "j"],
  ],
  ["words as names of properties", "(s) => { const t = s.in / total / s.new; return t / s.typeof / 2; }", ["total"]],
  ["what is disposed of", "() => { using a = b(); for (using c of d) c; return a; }", ["b", "d"]],
  [
    "loops",
    "(a) => { for (const b of a) c(b); for (let d = 0, e = a.length; d < e; d++); for (var f in a) f; }",
    ["c"],
  ],
  ["arrow functions", "() => [1].map(a => a).map(async b => b).map((c, d = e) => c + d)", []],
  ["what is assigned", "() => { counter = 1; return counter; }", []],
  ["what is asked for whether it is there", "() => typeof process === 'undefined' ? 0 : process.pid", []],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a function
  ["strings and templates", "(a) => 'b' + \"c\" + `d ${a} ${e + `f ${g}`} h`", ["e", "g"]],
  ["comments", "() => { /* a */ // b\n return 1; }", []],
  ["regular expressions", "(a) => { if (a) /b'/.test(a); return a.replace(/[/\"]c/g, d) / e / f; }", ["d", "e", "f"]],
  ["division after brackets", "(a) => (a) / b / c[0] / d", ["b", "c", "d"]],
  ["regular expressions after words and blocks", "(a) => { { } /b/.test(a); return /c/.test(a) && typeof /d/; }", []],
  ["numbers", "() => 1_000n + 0xff + .5e-3 + 1..toFixed() + 07", []],
  [
    "private names and meta properties",
    "function () { return [new.target, class { #a; has(b) { return #a in b; } }]; }",
    [],
  ],
  [
    "words of the language",
    "async function* () { for await (const a of b) yield* a; await using; return void this instanceof super.x; }",
    ["b"],
  ],
  ["names with dollars, and those of other languages", "($, été) => $ + été + $a + größe", ["$a", "größe"]],
  ["methods as they are made functions of", "async function*(a) { yield a + b; }", ["b"]],
])("finds in %s", (_what, text, names) => {
  expect(free(text)).toEqual(names.sort());
});

it("tells which globals are made", () => {
  expect([
    ...namesIn("() => { self.a = 1; globalThis.b = 2; this.c = 3; x.self.d = 4; self.e.f = 5; self.g == 6; }").made,
  ]).toEqual(["a", "b", "c", "e", "g"]);
});

it.each([
  "() => { importScripts('/a.js'); a(); }",
  "() => { Object.assign(globalThis, { a: 1 }); return a; }",
  "() => { self['a'] = 1; return a; }",
  "(o) => eval('var a = 1')",
])("knows that variables may come of %s", (text) => {
  expect(namesIn(text).unclear).toBe(true);
});

it.each([
  "async *g() { yield 1; }",
  "async*g(){yield 1}",
  '"sum (fast)"(a, b) { return a + b; }',
  '["x" + (1)](a, b) { return a + b; }',
  "sum /* (x) */ (a) { return a; }",
  "async(a) { return a; }",
])("makes an expression of the method %s", (text) => {
  expect(new Function(`return ${methodOf(text)}`)()).toBeTypeOf("function");
});

it.each(["() => 1", "(a) => a", "1 + 1", ""])("makes none of %s", (text) => {
  expect(methodOf(text)).toBeUndefined();
});

it("comes to an end with texts that are long, or no functions", () => {
  namesIn(`() => "${"a".repeat(1_000_000)}"`);
  namesIn(`() => { ${"x".repeat(100_000)}`);
  namesIn("`".repeat(10_001));
  namesIn("(".repeat(10_000));
  namesIn("/".repeat(10_000));
  expect(free(`() => [${"a, ".repeat(100_000)}]`)).toEqual(["a"]);
});
