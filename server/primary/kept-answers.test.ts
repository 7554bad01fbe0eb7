import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Claim } from "../sessions/claim.ts";
import { KeptAnswers } from "./kept-answers.ts";

const WINDOW_MS = 120_000;
const BUDGET = 1_048_576;
const ONE = { name: "worker 1" };
const OTHER = { name: "worker 2" };

function create(budget = BUDGET) {
  const answers = new KeptAnswers({ windowMs: WINDOW_MS, budget });
  return {
    answers,
    /** Claims, and returns what is told, which may come later. */
    claim(session: string, key: string, claimant: object = ONE, hears = true): [Claim, string][] {
      const told: [Claim, string][] = [];
      answers.claim(session, key, claimant, (claim, answer) => {
        told.push([claim, answer]);
        return hears;
      });
      return told;
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const RUN = [[Claim.RUN, ""]];

describe("a key", () => {
  it("lets the first call run, and gives its answer to all that come later, wherever they come", () => {
    const { answers, claim } = create();
    expect(claim("s", "k")).toEqual(RUN);
    answers.settle("s", "k", Claim.ANSWERED, "seven");
    expect(claim("s", "k")).toEqual([[Claim.ANSWERED, "seven"]]);
    expect(claim("s", "k", OTHER)).toEqual([[Claim.ANSWERED, "seven"]]);
  });

  it("is another one in another session, and differs from others by any character", () => {
    const { claim } = create();
    for (const [session, key] of [
      ["s", "k"],
      ["t", "k"],
      ["s", "K"],
      ["s", "k "],
      ["s", "__proto__"],
      ["__proto__", "k"],
    ] as const) {
      expect(claim(session, key)).toEqual(RUN);
    }
  });

  it("has those who come while the call runs wait for its answer", () => {
    const { answers, claim } = create();
    claim("s", "k");
    const waiting = [claim("s", "k"), claim("s", "k", OTHER)];
    expect(waiting).toEqual([[], []]);
    answers.settle("s", "k", Claim.ANSWERED, "late");
    for (const told of waiting) expect(told).toEqual([[Claim.ANSWERED, "late"]]);
    answers.settle("s", "k", Claim.ANSWERED, "again");
    expect([waiting[0], claim("s", "k")]).toEqual([[[Claim.ANSWERED, "late"]], [[Claim.ANSWERED, "late"]]]);
  });

  it("is free again where the call was refused: the next in line runs, or whoever comes next", () => {
    const { answers, claim } = create();
    claim("s", "k");
    const [second, third] = [claim("s", "k", OTHER), claim("s", "k")];
    answers.release("s", "k");
    expect([second, third]).toEqual([RUN, []]);
    answers.release("s", "k");
    expect(third).toEqual(RUN);
    answers.release("s", "k");
    expect([answers.size, answers.bytes]).toEqual([0, 0]);
    expect(claim("s", "k")).toEqual(RUN);
  });

  it("is asked for by each process once: of one that asks again, the first question is answered, and nothing runs for it", () => {
    const { answers, claim } = create();
    claim("s", "k");
    const [first, second] = [claim("s", "k", OTHER), claim("s", "k", OTHER)];
    expect([first, second]).toEqual([[[Claim.LOST, ""]], []]);
    answers.settle("s", "k", Claim.ANSWERED, "x");
    expect([first, second]).toEqual([[[Claim.LOST, ""]], [[Claim.ANSWERED, "x"]]]);
  });

  it("passes over those in line who are gone", () => {
    const { answers, claim } = create();
    claim("s", "k");
    claim("s", "k", OTHER, false);
    const third = claim("s", "k");
    answers.release("s", "k");
    expect(third).toEqual(RUN);
    answers.settle("s", "k", Claim.ANSWERED, "x");
    expect(claim("s", "k")).toEqual([[Claim.ANSWERED, "x"]]);
  });

  it("of a call whose process died is never run again, and those who waited hear so", () => {
    const { answers, claim } = create();
    claim("s", "k");
    claim("s", "other", OTHER);
    const waiting = claim("s", "k", OTHER);
    answers.claimantGone(ONE);
    expect(waiting).toEqual([[Claim.LOST, ""]]);
    expect(claim("s", "k", OTHER)).toEqual([[Claim.LOST, ""]]);
    // what ran elsewhere goes on
    answers.settle("s", "other", Claim.ANSWERED, "fine");
    expect(claim("s", "other")).toEqual([[Claim.ANSWERED, "fine"]]);
  });

  it("of a call that was answered outlives the process it ran in", () => {
    const { answers, claim } = create();
    claim("s", "k");
    answers.settle("s", "k", Claim.ANSWERED, "kept");
    answers.claimantGone(ONE);
    expect(claim("s", "k", OTHER)).toEqual([[Claim.ANSWERED, "kept"]]);
  });

  it("is forgotten with its session, and who still waits hears that it cannot be known", () => {
    const { answers, claim } = create();
    claim("s", "over");
    answers.settle("s", "over", Claim.ANSWERED, "x");
    claim("s", "runs");
    const waiting = [claim("s", "runs"), claim("s", "runs", OTHER)];
    claim("t", "runs");
    answers.sessionEnded("s");
    expect(waiting).toEqual([[[Claim.LOST, ""]], [[Claim.LOST, ""]]]);
    expect(answers.size).toBe(1);
    // the call that ran is over only now
    answers.settle("s", "runs", Claim.ANSWERED, "x".repeat(1_000));
    answers.release("s", "runs");
    answers.claimantGone(ONE);
    answers.sessionEnded("t");
    expect([answers.size, answers.bytes]).toEqual([0, 0]);
  });
});

describe("an answer", () => {
  it("is kept for the window after the call, however long that took", () => {
    const { answers, claim } = create();
    claim("s", "k");
    vi.advanceTimersByTime(10 * WINDOW_MS);
    answers.settle("s", "k", Claim.ANSWERED, "x");
    vi.advanceTimersByTime(WINDOW_MS - 1);
    expect(claim("s", "k")).toEqual([[Claim.ANSWERED, "x"]]);
    vi.advanceTimersByTime(1_001);
    expect([answers.size, answers.bytes, vi.getTimerCount()]).toEqual([0, 0, 0]);
    expect(claim("s", "k")).toEqual(RUN);
  });

  it("that is none which could be given again is known to have been given", () => {
    const { answers, claim } = create();
    claim("s", "k");
    const waiting = claim("s", "k");
    answers.settle("s", "k", Claim.NOT_KEPT, "");
    expect([waiting, claim("s", "k")]).toEqual([[[Claim.NOT_KEPT, ""]], [[Claim.NOT_KEPT, ""]]]);
  });

  it("that takes more than a session's share goes to nobody, whether they wait or come later", () => {
    const { answers, claim } = create();
    claim("s", "k");
    const waiting = claim("s", "k");
    const huge = "x".repeat(BUDGET / 64 + 1);
    answers.settle("s", "k", Claim.ANSWERED, huge);
    expect(waiting).toEqual([[Claim.NOT_KEPT, ""]]);
    expect(claim("s", "k")).toEqual([[Claim.NOT_KEPT, ""]]);
    expect(answers.bytes).toBeLessThan(1_000);
  });
});
