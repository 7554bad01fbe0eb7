import { describe, expect, it } from "vitest";
import { Revocations } from "./revocations.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const DAY_MS = 86_400_000;
const MOST = 100_000;

const ada = (issuedAt: number | undefined) => ({ user: "ada", issuedAt });

describe("a revocation", () => {
  it("covers what was issued before, or in the same second, and nobody else", () => {
    const revocations = new Revocations();
    revocations.add("ada", NOW + 500);
    expect([NOW - DAY_MS, NOW, NOW + 999].map((at) => revocations.covers(ada(at)))).toEqual([true, true, true]);
    expect(revocations.covers(ada(NOW + 1_000))).toBe(false);
    expect(revocations.covers(ada(undefined))).toBe(false);
    expect(revocations.covers({ user: "bob", issuedAt: NOW })).toBe(false);
  });

  it("of later takes the place of one before", () => {
    const revocations = new Revocations();
    revocations.add("ada", NOW);
    revocations.add("ada", NOW + 60_000);
    expect(revocations.covers(ada(NOW + 30_000))).toBe(true);
    expect([...revocations.entries()]).toEqual([["ada", NOW + 60_000]]);
  });

  it("is forgotten after a day, or when there are too many after it", () => {
    const revocations = new Revocations();
    revocations.add("ada", NOW);
    revocations.add("bob", NOW + DAY_MS);
    expect([...revocations.entries()]).toEqual([["bob", NOW + DAY_MS]]);
    for (let index = 0; index < MOST; index++) revocations.add(`user ${index}`, NOW + DAY_MS);
    expect([...revocations.entries()].length).toBe(MOST);
    expect(revocations.covers({ user: "bob", issuedAt: NOW })).toBe(false);
    expect(revocations.covers({ user: "user 0", issuedAt: NOW })).toBe(true);
  });
});
