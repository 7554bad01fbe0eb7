import { expect, it } from "vitest";

const { Random } = await import(new URL("random.mjs", import.meta.url).href);

/** The first numbers there are. */
function first(random: { between(least: number, most: number): number }): number[] {
  return Array.from({ length: 20 }, () => random.between(1, 1_000));
}

it("draws the same of the same seed, and other numbers for each part of a run", () => {
  expect(first(new Random("a"))).toEqual(first(new Random("a")));
  const parts = ["a", "b", "a/b"].map((seed) => first(new Random(seed)).join());
  expect(new Set(parts).size).toBe(3);
  const random = new Random("a");
  random.next();
  // whatever was drawn before
  expect(first(random.named("b"))).toEqual(first(new Random("a").named("b")));
});

it("draws evenly, both ends included", () => {
  const random = new Random("even");
  const counts = [0, 0, 0, 0];
  for (let times = 0; times < 4_000; times++) {
    const drawn = random.between(0, 3);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(800);
});
