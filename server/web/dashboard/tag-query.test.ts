import { expect, it } from "vitest";
import { tagQuery, typedTag } from "./tag-query.ts";

it("tags are typed with spaces between them", () => {
  expect(tagQuery("  plan=pro   user=ann ")).toBe("plan=pro&user=ann");
  expect(tagQuery("")).toBe("");
  expect(tagQuery("q=a=b empty= odd=50%")).toBe("q=a%3Db&empty=&odd=50%25");
});

it("what is shown of a tag can be typed to find it", () => {
  const text = typedTag("full name", "Ann = 100 % ü");
  expect(text).toBe("full%20name=Ann%20%3D%20100%20%25%20ü");
  expect([...new URLSearchParams(tagQuery(text))]).toEqual([["full name", "Ann = 100 % ü"]]);
});

it("what is no tag is said to be none", () => {
  expect(() => tagQuery("pro")).toThrow("“pro” is no tag: write name=value.");
  expect(() => tagQuery("=pro")).toThrow("is no tag");
  expect(() => tagQuery("a=1 a=2")).toThrow("“a” is there twice.");
});
