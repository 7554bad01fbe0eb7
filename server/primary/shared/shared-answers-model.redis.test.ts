import fc from "fast-check";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { Claim } from "../../sessions/claim.ts";
import { eventually } from "../../test/patience.ts";
import { BUDGET, WINDOW_MS } from "../test/answers-suite.ts";
import { SharedAnswers } from "./shared-answers.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

/** What a call does that may run. */
const OUTCOMES = ["answer", "answer", "refuse", "refuse", "forget", "die"] as const;
type Outcome = (typeof OUTCOMES)[number];
/** A call of a key, at one of the hosts, and what becomes of it if it runs, so many turns later. */
type Step = readonly [key: number, host: number, outcome: Outcome, turns: number];

const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(3), fc.nat(2), fc.constantFrom(...OUTCOMES), fc.nat(5));

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

/** Calls by clients of several hosts at once: each asks again where it was not answered, as clients do. */
class Model {
  readonly #hosts: readonly SharedAnswers[];
  readonly #session: string;
  readonly #runs = new Map<string, number>();
  /** What was first told of a key whose call was carried out, or may have been. */
  readonly #over = new Map<string, string>();
  #answers = 0;

  constructor(hosts: readonly SharedAnswers[], session: string) {
    this.#hosts = hosts;
    this.#session = session;
  }

  /** Resolves when the call has been answered. */
  async call([number, host, outcome, after]: Step): Promise<void> {
    const key = `k${number}`;
    const answers = this.#hosts[host] as SharedAnswers;
    const claimant = {};
    const [claim, answer] = await new Promise<[Claim, string]>((resolve) => {
      let count = 0;
      answers.claim(this.#session, key, claimant, (...told) => {
        count++;
        expect(count).toBe(1);
        resolve(told);
        return true;
      });
    });
    if (claim !== Claim.RUN) {
      const told = `${claim} ${answer}`;
      const before = this.#over.get(key);
      if (before !== undefined) expect(told).toBe(before);
      this.#over.set(key, told);
      return;
    }
    expect([this.#runs.get(key) ?? 0, this.#over.get(key)]).toEqual([0, undefined]);
    this.#runs.set(key, 1);
    await turns(after);
    this.#runs.set(key, 0);
    this.#finish(answers, key, claimant, outcome);
  }

  #finish(answers: SharedAnswers, key: string, claimant: object, outcome: Outcome): void {
    if (outcome === "refuse") {
      answers.release(this.#session, key);
      return;
    }
    this.#answers++;
    const answer = `answer ${this.#answers}`;
    if (outcome === "answer") {
      this.#over.set(key, `${Claim.ANSWERED} ${answer}`);
      answers.settle(this.#session, key, Claim.ANSWERED, answer);
    } else if (outcome === "forget") {
      this.#over.set(key, `${Claim.NOT_KEPT} `);
      answers.settle(this.#session, key, Claim.NOT_KEPT, "");
    } else {
      this.#over.set(key, `${Claim.LOST} `);
      answers.claimantGone(claimant);
    }
  }
}

it("whatever comes from whichever host, no key runs twice, all are told once, and all the same", async () => {
  const prefix = testPrefix();
  const hosts = await Promise.all(
    [0, 1, 2].map(async () => {
      const host = await startHost(server.url, prefix);
      const answers = new SharedAnswers({ ...host, windowMs: WINDOW_MS, budget: BUDGET });
      onTestFinished(() => answers.close());
      return answers;
    }),
  );
  let session = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      session++;
      const model = new Model(hosts, `s${session}`);
      await Promise.all(steps.map((one) => model.call(one)));
      await eventually(() => expect(hosts.map(({ size }) => size)).toEqual([0, 0, 0]));
    }),
    { numRuns: 50 },
  );
});
