import { expect, it } from "vitest";
import { UnsaidChanges } from "./unsaid-changes.ts";

it("changes of a session are kept as one, and taken once, with what comes then", () => {
  const unsaid = new UnsaidChanges();
  unsaid.keep("s", { user: "ada", proven: true, tags: { a: "1", b: "1" } }, false);
  unsaid.keep("s", { tags: { a: "2", c: null } }, false);
  unsaid.keep("other", { user: null }, false);
  expect(unsaid.take("s", { tags: { b: null } })).toEqual({
    user: "ada",
    proven: true,
    tags: { a: "2", b: null, c: null },
  });
  expect(unsaid.has("s")).toBe(false);
  expect(unsaid.take("s", { user: "bob" })).toEqual({ user: "bob" });
  expect(unsaid.take("other", { user: "bob" })).toEqual({ user: "bob", proven: false, tags: {} });
});

it("those of so many sessions are kept that it does no harm, and more of the same", () => {
  const unsaid = new UnsaidChanges();
  const kept = Array.from({ length: 10_001 }, (_, index) => unsaid.keep(`s${index}`, { tags: { a: "1" } }, false));
  expect(kept.filter((is) => !is)).toEqual([false]);
  expect(kept.at(-1)).toBe(false);
  expect(unsaid.keep("s0", { user: "ada" }, false)).toBe(true);
  expect(unsaid.keep("here", { user: "ada" }, true)).toBe(true);
  expect(unsaid.take("s0")).toEqual({ user: "ada", proven: false, tags: { a: "1" } });
});
