import { expect, it } from "vitest";
import { JobOrder, queue, queuesFor } from "./queue-procedure.ts";

it("a queued procedure says where its calls go", () => {
  const { queued, handler } = queue("render", { group: "images", ttlMs: 60_000, retries: 1, priority: "low" });
  expect(queued).toEqual({ name: "render", group: "images", ttlMs: 60_000, retries: 1, priority: "low" });
  expect(handler({ a: 1 })).toEqual(new JobOrder(queued as never, { a: 1 }));
  expect(queue("p").queued).toEqual({ name: "p", group: "default", ttlMs: 0, retries: 3, priority: "normal" });
});

it("options of all procedures of some workers can be said once", () => {
  const images = queuesFor({ group: "images", ttlMs: 5, retries: 0 }) as (name: string, options?: object) => object;
  expect(images("p", { ttlMs: 7 })).toMatchObject({ queued: { name: "p", group: "images", ttlMs: 7, retries: 0 } });
});

it.each([
  [() => queue("two words"), '"two words" is no name'],
  [() => queue("p", { group: "a b" }), "The name of a group"],
  [() => queue("p", { ttlMs: -1 }), "ttlMs"],
  [() => queue("p", { ttlMs: 1e12 }), "ttlMs"],
  [() => queue("p", { retries: 1.5 }), "retries"],
  [() => queue("p", { timeoutMs: 0 }), "timeoutMs"],
  [() => queue("p", { priority: "urgent" as "high" }), "The priority urgent is none of: low, normal, high."],
])("what makes no sense is refused at once: %#", (make, text) => {
  expect(make).toThrow(text);
});
