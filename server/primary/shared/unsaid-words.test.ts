import { expect, it } from "vitest";
import { UnsaidWords } from "./unsaid-words.ts";

it("the last that is to be said of a job is, in whatever order that failed", () => {
  const unsaid = new UnsaidWords();
  unsaid.keep("a", "1", "queued");
  unsaid.keep("a", "1", "delivered");
  unsaid.keep("a", "1", "queued");
  unsaid.keep("a", "2", "refused");
  unsaid.keep("b", "1", "queued");
  expect(unsaid.size).toBe(3);
  expect([...unsaid.take("a")]).toEqual([
    ["1", "delivered"],
    ["2", "refused"],
  ]);
  expect([...unsaid.take("a")]).toEqual([]);
  expect([unsaid.size, unsaid.has("a"), unsaid.has("b")]).toEqual([1, false, true]);
});

it("no more is kept than there is room for", () => {
  const unsaid = new UnsaidWords();
  for (let job = 0; job < 150_000; job++) unsaid.keep("a", `${job}`, "queued");
  expect(unsaid.size).toBe(100_000);
});
