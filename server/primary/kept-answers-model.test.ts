import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Claim } from "../sessions/claim.ts";
import { KeptAnswers } from "./kept-answers.ts";

const WINDOW_MS = 10_000;
/** Little enough that a dozen answers are too many. */
const BUDGET = 3_000;
/** What a call that runs costs here, and its session, at most. */
const ENTRY = 850;

/** One that asked, and what it was told. */
interface Asked {
  readonly worker: { readonly number: number; alive: boolean };
  readonly told: Claim[];
}

type Step =
  | readonly ["claim", session: number, key: number, worker: number]
  | readonly ["settle" | "forget" | "release", session: number, key: number, size: number]
  | readonly ["die", worker: number]
  | readonly ["end", session: number]
  | readonly ["wait", ms: number];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("claim" as const), fc.nat(2), fc.nat(3), fc.nat(2)) },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constantFrom("settle" as const, "settle" as const, "forget" as const, "release" as const),
      ...([fc.nat(2), fc.nat(3), fc.nat(30)] as const),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant("die" as const), fc.nat(2)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("end" as const), fc.nat(2)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("wait" as const), fc.nat(8_000)) },
);

/** Takes every step, and says what must hold after each. */
class Model {
  readonly #answers = new KeptAnswers({ windowMs: WINDOW_MS, budget: BUDGET });
  readonly #asked: Asked[] = [];
  /** Who runs, by session and key; and who waits for it. */
  readonly #runs = new Map<string, Asked>();
  readonly #waits = new Map<string, Asked[]>();
  readonly #workers = [0, 1, 2].map((number) => ({ number, alive: true }));

  take(one: Step): void {
    switch (one[0]) {
      case "claim":
        this.#claim(`s${one[1]}`, `k${one[2]}`, one[3]);
        break;
      case "die":
        this.#die(one[1]);
        break;
      case "end":
        this.#answers.sessionEnded(`s${one[1]}`);
        for (const at of [...this.#runs.keys()]) if (at.startsWith(`s${one[1]} `)) this.#over(at, Claim.LOST);
        break;
      case "wait":
        vi.advanceTimersByTime(one[1]);
        break;
      default:
        this.#settle(one);
    }
    this.#check();
  }

  finish(): void {
    for (let session = 0; session < 3; session++) this.take(["end", session]);
    expect([this.#answers.size, this.#answers.bytes]).toEqual([0, 0]);
    for (const { told } of this.#asked) expect(told).toHaveLength(1);
    vi.advanceTimersByTime(2 * WINDOW_MS);
    expect(vi.getTimerCount()).toBe(0);
  }

  #die(number: number): void {
    const worker = this.#worker(number);
    worker.alive = false;
    this.#workers[number] = { number, alive: true };
    this.#answers.claimantGone(worker);
    for (const [at, asked] of [...this.#runs]) if (asked.worker === worker) this.#over(at, Claim.LOST);
  }

  #worker(number: number): Asked["worker"] {
    const worker = this.#workers[number];
    if (worker === undefined) throw new Error(`There is no worker ${number}.`);
    return worker;
  }

  #claim(session: string, key: string, number: number): void {
    const at = `${session} ${key}`;
    const ran = this.#runs.has(at);
    const worker = this.#worker(number);
    const asked: Asked = { worker, told: [] };
    this.#asked.push(asked);
    this.#answers.claim(session, key, worker, (claim) => {
      asked.told.push(claim);
      if (claim !== Claim.RUN || !worker.alive) return worker.alive;
      expect(this.#runs.has(at)).toBe(false); // never two of one key at once
      this.#runs.set(at, asked);
      return true;
    });
    if (ran) {
      expect(asked.told).toEqual([]);
      const before = (this.#waits.get(at) ?? []).filter((one) => one.worker === worker);
      // a process that asks twice hears on its first question that nothing is known
      for (const { told } of before) expect(told).toEqual([Claim.LOST]);
      this.#waits.set(at, [...(this.#waits.get(at) ?? []).filter((one) => one.worker !== worker), asked]);
    } else expect(asked.told).toHaveLength(1);
  }

  #settle([what, session, key, size]: readonly ["settle" | "forget" | "release", number, number, number]): void {
    const [id, name] = [`s${session}`, `k${key}`];
    const at = `${id} ${name}`;
    const ran = this.#runs.get(at);
    if (what === "release") {
      this.#runs.delete(at);
      this.#answers.release(id, name);
      const line = this.#waits.get(at) ?? [];
      const next = line.findIndex(({ worker }) => worker.alive);
      if (ran === undefined) return;
      expect(this.#runs.get(at)).toBe(line[next]);
      this.#waits.set(at, next === -1 ? [] : line.slice(next + 1));
    } else {
      const claim = what === "settle" ? Claim.ANSWERED : Claim.NOT_KEPT;
      this.#answers.settle(id, name, claim, what === "settle" ? "x".repeat(size) : "");
      if (ran !== undefined) this.#over(at, claim);
    }
  }

  /** The call of this key is over: all who waited have been told, once. */
  #over(at: string, claim: Claim): void {
    this.#runs.delete(at);
    for (const { told } of this.#waits.get(at) ?? []) expect(told).toEqual([claim]);
    this.#waits.delete(at);
  }

  #check(): void {
    const { bytes, size } = this.#answers;
    expect(bytes).toBeGreaterThanOrEqual(size * 2);
    expect(bytes).toBeLessThanOrEqual(BUDGET + this.#runs.size * ENTRY);
    expect(size).toBeGreaterThanOrEqual(this.#runs.size);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("whatever happens, no key runs twice at once, everybody is told once, and the books balance", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const model = new Model();
      for (const one of steps) model.take(one);
      model.finish();
    }),
    { numRuns: 200 },
  );
});
