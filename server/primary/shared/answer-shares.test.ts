import { expect, it, onTestFinished } from "vitest";
import { AnswerShares } from "./answer-shares.ts";

it("has the sessions that take most let go of something, and nobody else", () => {
  const trimmed: [session: string, most: number][] = [];
  const shares = new AnswerShares({
    windowMs: 60_000,
    budget: 10_000,
    trim: (session, most) => void trimmed.push([session, most]),
  });
  onTestFinished(() => shares.close());
  shares.told("modest", 200);
  shares.told("greedy", 5_000);
  expect(trimmed).toEqual([]);
  shares.told("greedy", 9_000);
  expect(trimmed).toEqual([["greedy", 4_500]]);
  expect(shares.bytes).toBeLessThan(10_000);
  // it could not let go of all that at once
  shares.told("greedy", 8_900);
  shares.told("greedy", 4_500);
  expect(trimmed.slice(1).every(([session]) => session === "greedy")).toBe(true);
  shares.forget("greedy");
  shares.told("modest", 0);
  expect(shares.bytes).toBe(0);
});

it("where all take little, some of them lose it", () => {
  const trimmed: [session: string, most: number][] = [];
  const shares = new AnswerShares({
    windowMs: 60_000,
    budget: 10_000,
    trim: (session, most) => void trimmed.push([session, most]),
  });
  onTestFinished(() => shares.close());
  for (let session = 0; session < 100; session++) shares.told(`${session}`, 200);
  expect(shares.bytes).toBeLessThanOrEqual(10_000);
  expect(trimmed.length).toBeGreaterThan(80);
  expect(trimmed.every(([, most]) => most === 0)).toBe(true);
});
