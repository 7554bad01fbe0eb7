import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { Claim, largestAnswer } from "../../sessions/claim.ts";
import { eventually } from "../../test/patience.ts";
import { BUDGET, becomes, claim, WINDOW_MS } from "../test/answers-suite.ts";
import { SharedAnswers } from "./shared-answers.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

async function usedMemory(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(`${await server.ask("INFO", "memory")}`)?.[1]);
}

it("however many sessions have large answers, those of a host take no more of Redis than the budget, about", async () => {
  const host = await startHost(server.url, testPrefix());
  const answers = new SharedAnswers({ ...host, windowMs: WINDOW_MS, budget: BUDGET });
  onTestFinished(() => answers.close());
  const process = { answers, claimant: {} };
  await becomes(claim(process, "modest", "k"), [[Claim.RUN, ""]]);
  answers.settle("modest", "k", Claim.ANSWERED, "mine");
  const before = await usedMemory();
  const large = "x".repeat(largestAnswer(BUDGET));
  const keys = ["1", "2", "3", "4"];
  for (let round = 0; round < 10; round++) {
    const sessions = keys.map((session) => `${round} ${session}`);
    const told = sessions.flatMap((session) => keys.map((key) => claim(process, session, key)));
    await eventually(() => expect(told.every(({ length }) => length === 1)).toBe(true));
    for (const session of sessions) for (const key of keys) answers.settle(session, key, Claim.ANSWERED, large);
    await eventually(() => expect(answers.size).toBe(0));
  }
  // ten times as much, of which an allocator takes some more than was asked for
  await eventually(async () => expect((await usedMemory()) - before).toBeLessThan(1.5 * BUDGET));
  await becomes(claim(process, "modest", "k"), [[Claim.ANSWERED, "mine"]]);
  const last = claim(process, "9 4", "4");
  await eventually(() => expect(last[0]?.[0]).toBeGreaterThan(Claim.RUN));
});
