import { expect, it } from "vitest";
import { UnsaidWords } from "./unsaid-words.ts";

it("the last that is to be said of a job is, in whatever order that failed", () => {
  const unsaid = new UnsaidWords();
  unsaid.keep("a", "1", { word: "queued", said: undefined });
  unsaid.keep("a", "1", { word: "delivered", said: undefined });
  unsaid.keep("a", "1", { word: "queued", said: undefined });
  unsaid.keep("a", "2", { word: "refused", said: undefined });
  unsaid.keep("b", "1", { word: "queued", said: undefined });
  expect(unsaid.size).toBe(3);
  expect([...unsaid.take("a")]).toMatchObject([
    ["1", { word: "delivered" }],
    ["2", { word: "refused" }],
  ]);
  expect([...unsaid.take("a")]).toEqual([]);
  expect([unsaid.size, unsaid.has("a"), unsaid.has("b")]).toEqual([1, false, true]);
});

it("no more is kept than there is room for", () => {
  const unsaid = new UnsaidWords();
  for (let job = 0; job < 150_000; job++) unsaid.keep("a", `${job}`, { word: "queued", said: undefined });
  expect(unsaid.size).toBe(100_000);
});

it("whoever waits for a word to be said does so no more when that has become needless", () => {
  const unsaid = new UnsaidWords();
  const said: unknown[] = [];
  expect(unsaid.keep("a", "1", { word: "queued", said: (error) => said.push(error) })).toBe(true);
  expect(unsaid.keep("a", "1", { word: "queued", said: undefined })).toBe(false);
  expect(said).toEqual([]);
  expect(unsaid.keep("a", "1", { word: "delivered", said: undefined })).toBe(true);
  expect(said).toEqual([undefined]);
});
