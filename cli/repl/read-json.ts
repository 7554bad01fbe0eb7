import { jsonProblem } from "./json-problem.ts";
import { LineError } from "./line-error.ts";

/** Characters that are shown before and after what is wrong. */
const AROUND = 30;

/** Reads JSON. @throws LineError that points at what is wrong */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LineError(pointAt(text));
  }
}

function pointAt(text: string): string {
  const { at, expected } = jsonProblem(text) ?? { at: 0, expected: "JSON" };
  const from = Math.max(0, at - AROUND);
  const found =
    at >= text.length ? "it ends" : `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`;
  const piece = `${from > 0 ? "…" : ""}${text.slice(from, at + AROUND)}${at + AROUND < text.length ? "…" : ""}`;
  const arrow = `${" ".repeat(at - from + (from > 0 ? 1 : 0))}^`;
  return `this is no JSON: expected ${expected}, ${found} at character ${at + 1}\n  ${piece.replaceAll(/\s/g, " ")}\n  ${arrow}`;
}
