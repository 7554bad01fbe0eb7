import { expect, it } from "vitest";
import { Kind } from "../../shared/message.ts";
import { errorAnswer, insteadOf, readAnswer, resultAnswer, withoutChange } from "./answer.ts";

it("an answer is read as it was written", () => {
  const bytes = Buffer.from("bytes");
  expect(readAnswer(resultAnswer(bytes))).toEqual({ kind: Kind.RESULT, change: undefined, bytes });
  const change = { user: null, tags: { room: "5" } };
  expect(readAnswer(resultAnswer(bytes, change))).toEqual({ kind: Kind.RESULT, change, bytes });
  expect(readAnswer(errorAnswer("CODE", "text", { a: 1 }, change))).toMatchObject({ kind: Kind.ERROR, change });
  expect(readAnswer(resultAnswer(Buffer.alloc(0))).bytes).toHaveLength(0);
});

it("what it changes can be taken out, and nothing else", () => {
  for (const make of [
    (change?: object) => resultAnswer(Buffer.from("bytes"), change),
    (change?: object) => errorAnswer("CODE", "text", { a: 1 }, change),
  ]) {
    expect(Buffer.from(withoutChange(make({ user: "ada" })))).toEqual(make());
    expect(withoutChange(make())).toEqual(make());
  }
});

it("another one in its place changes what it does", () => {
  const change = { user: "ada", tags: { room: "5" } };
  const other = errorAnswer("CODE", "text", { a: 1 });
  const changing = errorAnswer("CODE", "text", { a: 1 }, change);
  expect(Buffer.from(insteadOf(resultAnswer(Buffer.from("bytes"), change), other))).toEqual(changing);
  expect(insteadOf(resultAnswer(Buffer.from("bytes")), other)).toBe(other);
});
