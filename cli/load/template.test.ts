import { describe, expect, it } from "vitest";
import { findMark, writeMark } from "./mark.ts";
import { compileName, compileTemplate } from "./template.ts";

const BLANKS = { client: 7, i: 3, sent: () => writeMark({ run: "abc", sentAt: 123.4, client: 7 }) };

describe("a template", () => {
  it("is filled in wherever a string is, and a blank alone is a number", () => {
    const template = compileTemplate({
      id: "{{i}}",
      name: "client {{ client }} of {{i}}",
      list: ["{{client}}", 1, null],
    });
    expect(template(BLANKS)).toEqual({ id: 3, name: "client 7 of 3", list: [7, 1, null] });
  });

  it("has chance and time", () => {
    const template = compileTemplate(["{{random:2}}", "{{random}}", "{{time}}"]);
    const [bit, number, time] = template(BLANKS) as [number, number, number];
    expect([0, 1]).toContain(bit);
    expect(Number.isInteger(number) && number >= 0 && number < 1_000_000).toBe(true);
    expect(Math.abs(time - Date.now())).toBeLessThan(1_000);
  });

  it("makes names, which stay text", () => {
    expect(compileName("{{client}}")(BLANKS)).toBe("7");
    expect(compileName("room:{{client}}")(BLANKS)).toBe("room:7");
  });

  it.each(["{{who}}", "a {{who}} b", "{{random:0}}"])("refuses %s", (text) => {
    expect(() => compileTemplate({ text })).toThrow();
  });
});

describe("the mark of a publication", () => {
  it.each([["{{sent}}"], [{ from: "a", text: "It is {{sent}}." }], [[1, { deep: ["{{sent}}"] }]]])(
    "is found in %j",
    (payload) => {
      expect(findMark(compileTemplate(payload)(BLANKS))).toEqual({ run: "abc", sentAt: 123, client: 7 });
    },
  );

  it.each([[undefined], ["load:"], [{ a: 1 }], ["load:abc:x:1"]])("is not in %j", (data) => {
    expect(findMark(data)).toBeUndefined();
  });

  it("is not looked for for ever", () => {
    const data: unknown[] = Array.from({ length: 100_000 }, () => [[]]);
    data[0] = "load:abc:1:1";
    expect(findMark(data)).toBeUndefined();
  });
});
