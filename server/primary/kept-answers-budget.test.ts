import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Claim } from "../sessions/claim.ts";
import { KeptAnswers } from "./kept-answers.ts";

const WINDOW_MS = 120_000;
const BUDGET = 1_048_576;
const ONE = { name: "worker 1" };

function create(budget = BUDGET) {
  const answers = new KeptAnswers({ windowMs: WINDOW_MS, budget });
  return {
    answers,
    /** Claims, and returns what is told, which may come later. */
    claim(session: string, key: string): [Claim, string][] {
      const told: [Claim, string][] = [];
      answers.claim(session, key, ONE, (claim, answer) => {
        told.push([claim, answer]);
        return true;
      });
      return told;
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const RUN = [[Claim.RUN, ""]];

describe("an answer, where all of them take too much", () => {
  it("goes, the oldest first, where the budget is used up by many", () => {
    const { answers, claim } = create();
    for (let count = 0; count < 150; count++) {
      claim(`s${count}`, "k");
      answers.settle(`s${count}`, "k", Claim.ANSWERED, "x".repeat(10_000));
      expect(answers.bytes).toBeLessThanOrEqual(BUDGET);
    }
    expect(claim("s149", "k")).toEqual([[Claim.ANSWERED, "x".repeat(10_000)]]);
    // as of those that went it is still known that they were there
    expect(claim("s0", "k")).toEqual([[Claim.NOT_KEPT, ""]]);
    const kept = Array.from({ length: 150 }, (_, count) => claim(`s${count}`, "k")[0]?.[0] === Claim.ANSWERED);
    expect(kept.lastIndexOf(false)).toBeLessThan(60);
    expect(kept.indexOf(true)).toBe(kept.lastIndexOf(false) + 1);
    answers.close();
  });

  it("is safe from what many other sessions keep, and so is its key", () => {
    const { answers, claim } = create();
    for (const key of ["a", "b"]) {
      claim("modest", key);
      answers.settle("modest", key, Claim.ANSWERED, "mine");
    }
    for (let count = 0; count < 70; count++) {
      claim(`greedy ${count}`, "k");
      answers.settle(`greedy ${count}`, "k", Claim.ANSWERED, "x".repeat(BUDGET / 64 - 1));
    }
    for (let count = 0; count < 5_000; count++) {
      claim(`greedy ${count % 50}`, `more ${count}`);
      answers.settle(`greedy ${count % 50}`, `more ${count}`, Claim.ANSWERED, "x".repeat(300));
    }
    expect(answers.bytes).toBeLessThanOrEqual(BUDGET);
    for (const key of ["a", "b"]) expect(claim("modest", key)).toEqual([[Claim.ANSWERED, "mine"]]);
    answers.close();
  });

  it("is given up before a key, where it is what takes the room", () => {
    const { answers, claim } = create(64_000);
    for (let count = 0; count < 150; count++) {
      claim("s", `${count}`);
      answers.settle("s", `${count}`, Claim.ANSWERED, count === 120 ? "" : "x".repeat(400));
    }
    const told = Array.from({ length: 150 }, (_, count) => claim("s", `${count}`)[0]);
    expect(told.filter((one) => one?.[0] === Claim.RUN)).toEqual([]);
    expect([told[0], told[120], told[149]]).toEqual([
      [Claim.NOT_KEPT, ""],
      [Claim.ANSWERED, ""],
      [Claim.ANSWERED, "x".repeat(400)],
    ]);
    answers.close();
  });

  it("is dropped for the calls of a process that died too, which take room without one", () => {
    const { answers, claim } = create(10_000);
    for (let count = 0; count < 100; count++) claim(`s${count}`, "k");
    // calls that run are not limited here
    expect(answers.bytes).toBeGreaterThan(20_000);
    answers.claimantGone(ONE);
    expect(answers.bytes).toBeLessThanOrEqual(10_000);
    expect(claim("s99", "k")).toEqual([[Claim.LOST, ""]]);
  });

  it("costs no more to keep where hundreds of thousands have come and gone", () => {
    vi.useRealTimers();
    const { answers } = create(16 * BUDGET);
    const started = performance.now();
    for (let count = 0; count < 300_000; count++) {
      answers.claim(`s${count % 1_000}`, `${count}`, ONE, () => true);
      answers.settle(`s${count % 1_000}`, `${count}`, Claim.ANSWERED, "x");
    }
    // a second or so; and minutes, where the oldest one has to be searched for
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(answers.bytes).toBeLessThanOrEqual(16 * BUDGET);
    answers.close();
  });

  it("of a session that floods is lost to that session alone", () => {
    const { answers, claim } = create();
    claim("modest", "k");
    answers.settle("modest", "k", Claim.ANSWERED, "mine");
    for (let count = 0; count < 10_000; count++) {
      claim("greedy", `${count}`);
      answers.settle("greedy", `${count}`, Claim.ANSWERED, "x".repeat(100));
    }
    expect(answers.bytes).toBeLessThanOrEqual(BUDGET);
    expect(claim("modest", "k")).toEqual([[Claim.ANSWERED, "mine"]]);
    expect(claim("greedy", "9999")).toEqual([[Claim.ANSWERED, "x".repeat(100)]]);
    expect(claim("greedy", "0")).toEqual(RUN);
    answers.close();
  });
});
