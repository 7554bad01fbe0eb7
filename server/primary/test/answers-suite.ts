import { beforeEach, describe, expect, it } from "vitest";
import { Claim } from "../../sessions/claim.ts";
import { eventually } from "../../test/patience.ts";
import type { Answers } from "../answers.ts";

/** A process that claims, and who it claims from. */
export interface Claiming {
  readonly answers: Answers;
  readonly claimant: object;
  /** How many questions tell that all before has been done: many, where a Cluster has an order of its own for each part. @default 1 */
  readonly marks?: number;
}

/** Two processes that have the same sessions, be it at one host or at two. */
export interface AnswersSetup {
  readonly one: Claiming;
  readonly other: Claiming;
}

type Told = [Claim, string][];

const RUN: Told = [[Claim.RUN, ""]];
/** Bytes that all answers may take. */
export const BUDGET = 1_048_576;
export const WINDOW_MS = 60_000;

/** Claims, and returns what is told, which comes later. */
export function claim({ answers, claimant }: Claiming, session: string, key: string, hears = true): Told {
  const told: Told = [];
  answers.claim(session, key, claimant, (stands, answer) => {
    told.push([stands, answer]);
    return hears;
  });
  return told;
}

export function becomes(told: Told, expected: Told): Promise<void> {
  return eventually(() => expect(told).toEqual(expected));
}

let marks = 0;

/** Waits until all that these have been asked before has been done. */
export async function caughtUp(...processes: readonly Claiming[]): Promise<void> {
  for (const process of processes) {
    const sessions = Array.from({ length: process.marks ?? 1 }, () => `mark ${++marks}`);
    const told = sessions.map((session) => claim(process, session, "k"));
    await eventually(() => expect(told.every(([first]) => first?.[0] === Claim.RUN)).toBe(true));
    for (const session of sessions) process.answers.release(session, "k");
  }
}

/** Holds an implementation against the rules of calls with a key. */
export function describeAnswers(name: string, setup: () => Promise<AnswersSetup>): void {
  describe(`a key, by ${name}`, () => {
    let one: Claiming;
    let other: Claiming;
    const both = () => caughtUp(one, other);

    beforeEach(async () => {
      ({ one, other } = await setup());
    });

    it("lets the first call run, and gives its answer to all that come later, wherever they come", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      one.answers.settle("s", "k", Claim.ANSWERED, "sev\u00e9n\u0000");
      for (const process of [one, other])
        await becomes(claim(process, "s", "k"), [[Claim.ANSWERED, "sev\u00e9n\u0000"]]);
    });

    it("is another one in another session, and differs from others by any character", async () => {
      for (const [session, key] of [
        ["s", "k"],
        ["t", "k"],
        ["s", "K"],
        ["s", "k "],
        ["s", "ключ 🦊"],
        ["s", "__proto__"],
        ["__proto__", "k"],
      ] as const) {
        await becomes(claim(one, session, key), RUN);
      }
    });

    it("has those who come while the call runs wait for its answer", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      const waiting = [claim(one, "s", "k"), claim(other, "s", "k")];
      await both();
      expect(waiting).toEqual([[], []]);
      one.answers.settle("s", "k", Claim.ANSWERED, "late");
      for (const told of waiting) await becomes(told, [[Claim.ANSWERED, "late"]]);
      one.answers.settle("s", "k", Claim.ANSWERED, "again");
      await becomes(claim(one, "s", "k"), [[Claim.ANSWERED, "late"]]);
      expect(waiting[0]).toEqual([[Claim.ANSWERED, "late"]]);
    });

    it("is free again where the call was refused: the next in line runs, or whoever comes next", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      const waiting = claim(other, "s", "k");
      await both();
      one.answers.release("s", "k");
      await becomes(waiting, RUN);
      const third = claim(one, "s", "k");
      await both();
      expect(third).toEqual([]);
      other.answers.release("s", "k");
      await becomes(third, RUN);
      one.answers.release("s", "k");
      await becomes(claim(other, "s", "k"), RUN);
      other.answers.release("s", "k");
      await both();
      await eventually(() => expect([one.answers.size, other.answers.size]).toEqual([0, 0]));
    });

    it("is asked for by each process once: of one that asks again, the first question is answered, and nothing runs for it", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      const [first, second] = [claim(other, "s", "k"), claim(other, "s", "k")];
      await becomes(first, [[Claim.LOST, ""]]);
      await both();
      expect(second).toEqual([]);
      one.answers.settle("s", "k", Claim.ANSWERED, "x");
      await becomes(second, [[Claim.ANSWERED, "x"]]);
      expect(first).toEqual([[Claim.LOST, ""]]);
    });

    it("passes over those in line who are gone", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      const gone = claim(other, "s", "k", false);
      await both();
      const third = claim(one, "s", "k");
      await both();
      one.answers.release("s", "k");
      await eventually(() => expect(third.length + gone.length).toBeGreaterThan(0));
      await becomes(third, RUN);
      one.answers.settle("s", "k", Claim.ANSWERED, "x");
      await becomes(claim(other, "s", "k"), [[Claim.ANSWERED, "x"]]);
    });

    it("of a call whose process died is never run again, and those who waited hear so", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      await becomes(claim(other, "s", "other"), RUN);
      const waiting = claim(other, "s", "k");
      await both();
      one.answers.claimantGone(one.claimant);
      await becomes(waiting, [[Claim.LOST, ""]]);
      await becomes(claim(other, "s", "k"), [[Claim.LOST, ""]]);
      // what ran elsewhere goes on
      other.answers.settle("s", "other", Claim.ANSWERED, "fine");
      await becomes(claim(one, "s", "other"), [[Claim.ANSWERED, "fine"]]);
    });

    it("of a call that was answered outlives the process it ran in", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      one.answers.settle("s", "k", Claim.ANSWERED, "kept");
      one.answers.claimantGone(one.claimant);
      await becomes(claim(other, "s", "k"), [[Claim.ANSWERED, "kept"]]);
    });

    it("is forgotten with its session, and who still waits hears that it cannot be known", async () => {
      await becomes(claim(one, "s", "over"), RUN);
      one.answers.settle("s", "over", Claim.ANSWERED, "x");
      await becomes(claim(one, "s", "runs"), RUN);
      const waiting = claim(other, "s", "runs");
      await becomes(claim(one, "t", "runs"), RUN);
      await both();
      one.answers.sessionEnded("s");
      await becomes(waiting, [[Claim.LOST, ""]]);
      // the call that ran is over only now
      one.answers.settle("s", "runs", Claim.ANSWERED, "x".repeat(1_000));
      one.answers.release("s", "runs");
      await both();
      await becomes(claim(other, "s", "over"), RUN);
      one.answers.settle("t", "runs", Claim.ANSWERED, "y");
      await becomes(claim(other, "t", "runs"), [[Claim.ANSWERED, "y"]]);
    });

    it("whose answer is none that could be given again is known to have been given", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      const waiting = claim(other, "s", "k");
      await both();
      one.answers.settle("s", "k", Claim.NOT_KEPT, "");
      await becomes(waiting, [[Claim.NOT_KEPT, ""]]);
      await becomes(claim(one, "s", "k"), [[Claim.NOT_KEPT, ""]]);
    });

    it("whose answer takes more than a session's share goes to nobody, whether they wait or come later", async () => {
      await becomes(claim(one, "s", "k"), RUN);
      const waiting = claim(other, "s", "k");
      await both();
      one.answers.settle("s", "k", Claim.ANSWERED, "x".repeat(BUDGET / 64 + 1));
      await becomes(waiting, [[Claim.NOT_KEPT, ""]]);
      await becomes(claim(one, "s", "k"), [[Claim.NOT_KEPT, ""]]);
    });

    it("of a session that floods is lost to that session alone", async () => {
      await becomes(claim(one, "modest", "k"), RUN);
      one.answers.settle("modest", "k", Claim.ANSWERED, "mine");
      const told = Array.from({ length: 2_000 }, (_, count) => claim(one, "greedy", `${count}`));
      await eventually(() => expect(told.every(({ length }) => length === 1)).toBe(true));
      for (let count = 0; count < 2_000; count++) {
        one.answers.settle("greedy", `${count}`, Claim.ANSWERED, "x".repeat(300));
      }
      await both();
      await becomes(claim(other, "modest", "k"), [[Claim.ANSWERED, "mine"]]);
      await becomes(claim(one, "greedy", "1999"), [[Claim.ANSWERED, "x".repeat(300)]]);
      await becomes(claim(one, "greedy", "0"), RUN);
    });
  });
}
