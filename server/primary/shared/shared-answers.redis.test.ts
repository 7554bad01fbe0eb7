import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { startHost, type TestHost, testPrefix } from "../../redis/test/hosts.ts";
import { holdUpNews } from "../../redis/test/late-news.ts";
import { Claim } from "../../sessions/claim.ts";
import { eventually } from "../../test/patience.ts";
import { BUDGET, becomes, type Claiming, caughtUp, claim, describeAnswers, WINDOW_MS } from "../test/answers-suite.ts";
import { SharedAnswers } from "./shared-answers.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

interface Host extends Claiming, TestHost {
  readonly answers: SharedAnswers;
}

async function start(prefix: string, url = server.url, windowMs = WINDOW_MS): Promise<Host> {
  const host = await startHost(url, prefix);
  const answers = new SharedAnswers({ ...host, windowMs, budget: BUDGET, stepMs: 50 });
  onTestFinished(() => answers.close());
  return { ...host, answers, claimant: {} };
}

async function two(prefix = testPrefix()): Promise<{ one: Host; other: Host }> {
  const [one, other] = await Promise.all([start(prefix), start(prefix)]);
  return { one, other };
}

describeAnswers("one host", async () => {
  const host = await start(testPrefix());
  return { one: host, other: { answers: host.answers, claimant: {} } };
});

describeAnswers("two hosts", () => two());

const RUN = [[Claim.RUN, ""]] satisfies [Claim, string][];

describe("a call with a key that runs at a host", () => {
  it("which dies is never run again: who waits at another hears that it cannot be known, and so does who asks later", async () => {
    const { one, other } = await two();
    await becomes(claim(one, "s", "k"), RUN);
    await becomes(claim(one, "s", "later"), RUN);
    const waiting = claim(other, "s", "k");
    await caughtUp(other);
    await eventually(() => expect(other.hosts.alive.size).toBe(2));
    one.kill();
    expect(waiting).toEqual([]);
    await becomes(waiting, [[Claim.LOST, ""]]);
    for (const key of ["k", "later"]) await becomes(claim(other, "s", key), [[Claim.LOST, ""]]);
  });

  it("which had died before another one began is never run again", async () => {
    const prefix = testPrefix();
    const one = await start(prefix);
    await becomes(claim(one, "s", "k"), RUN);
    one.kill();
    await server.ask("DEL", `${prefix}{0}:hosts`);
    await becomes(claim(await start(prefix), "s", "k"), [[Claim.LOST, ""]]);
  });

  it("is known for as long as it runs, and its answer for the window after that, and no longer", async () => {
    const prefix = testPrefix();
    const [one, other] = [await start(prefix, server.url, 1_000), await start(prefix, server.url, 1_000)];
    await becomes(claim(one, "s", "k"), RUN);
    const began = performance.now();
    await eventually(() => expect(performance.now() - began).toBeGreaterThan(1_500));
    const waiting = claim(other, "s", "k");
    await caughtUp(other);
    expect(waiting).toEqual([]);
    one.answers.settle("s", "k", Claim.ANSWERED, "x");
    await becomes(waiting, [[Claim.ANSWERED, "x"]]);
    await eventually(async () => expect(await server.ask("KEYS", `${prefix}*:s`)).toEqual([]));
    await becomes(claim(other, "s", "k"), RUN);
  });
});

describe("a session that has gone on at another host and ends here", () => {
  it("has whoever asks there wait for the call that runs here", async () => {
    const prefix = testPrefix();
    const { one, other } = await two(prefix);
    await becomes(claim(one, "s", "k"), RUN);
    await server.ask("HSET", `${prefix}{0}:s:s`, "h", other.redis.host);
    const waitingHere = claim({ ...one, claimant: {} }, "s", "k");
    one.answers.sessionEnded("s");
    await becomes(waitingHere, [[Claim.LOST, ""]]);
    const waiting = claim(other, "s", "k");
    await caughtUp(one, other);
    expect(waiting).toEqual([]);
    one.answers.settle("s", "k", Claim.ANSWERED, "x");
    await becomes(waiting, [[Claim.ANSWERED, "x"]]);
  });

  it("keeps no key that had only been asked for here", async () => {
    const prefix = testPrefix();
    const { one, other } = await two(prefix);
    await server.ask("HSET", `${prefix}{0}:s:s`, "h", other.redis.host);
    const asked = claim(one, "s", "k");
    one.answers.sessionEnded("s");
    expect(asked).toEqual([[Claim.LOST, ""]]);
    await caughtUp(one);
    await eventually(async () => expect(await server.ask("EXISTS", `${prefix}{0}:r:s`)).toBe(0));
    await becomes(claim(other, "s", "k"), RUN);
  });
});

it("whoever waits for a call of which its host knows nothing hears that it cannot be known", async () => {
  const prefix = testPrefix();
  const { one, other } = await two(prefix);
  for (const key of ["k", "own"]) await server.ask("HSET", `${prefix}{0}:r:s`, key, `${one.redis.host} dead`);
  await becomes(claim(other, "s", "k"), [[Claim.LOST, ""]]);
  await becomes(claim(one, "s", "own"), [[Claim.LOST, ""]]);
});

it("a host that hears late that it was its turn does not run what runs at another one by then", async () => {
  const prefix = testPrefix();
  const host = await startHost(server.url, prefix);
  const news = holdUpNews(host.redis);
  const answers = new SharedAnswers({ ...host, redis: news.redis, windowMs: WINDOW_MS, budget: BUDGET, stepMs: 50 });
  onTestFinished(() => answers.close());
  const slow = { answers, claimant: {} };
  const other = await start(prefix);
  await becomes(claim(other, "s", "k"), RUN);
  const first = claim(slow, "s", "k");
  await caughtUp(slow);
  other.answers.release("s", "k");
  await becomes(first, RUN); // as it has asked
  const second = claim({ ...other, claimant: {} }, "s", "k");
  await caughtUp(other);
  answers.release("s", "k");
  const third = claim(slow, "s", "k");
  await becomes(second, RUN);
  await caughtUp(slow);
  await eventually(async () => {
    const line = await server.ask("HGET", `${prefix}{0}:r:s`, "k");
    expect(`${line}`).toContain(`${other.redis.host} `);
    expect(`${line}`).toContain(` ${host.redis.host} `);
  });
  expect(news.count).toBeGreaterThan(0);
  news.arrives();
  expect(third).toEqual([]);
});

describe("while Redis cannot be reached", () => {
  it("nothing is claimed, what runs is answered where it runs, and told when that is possible again", async () => {
    const cable = await layCable(server.port);
    onTestFinished(() => cable.cut());
    const prefix = testPrefix();
    const one = await start(prefix, `redis://127.0.0.1:${cable.port}`);
    const other = await start(prefix);
    await becomes(claim(one, "s", "k"), RUN);
    await becomes(claim(one, "s", "refused"), RUN);
    const waiting = claim(other, "s", "k");
    await caughtUp(other);
    await cable.cut();
    await eventually(() => expect(one.redis.isUp).toBe(false));
    await becomes(claim(one, "s", "new"), [[Claim.UNAVAILABLE, ""]]);
    one.answers.settle("s", "k", Claim.ANSWERED, "x");
    one.answers.release("s", "refused");
    await becomes(claim(one, "s", "k"), [[Claim.ANSWERED, "x"]]);
    expect(waiting).toEqual([]);
    await cable.mend();
    await becomes(waiting, [[Claim.ANSWERED, "x"]]);
    await becomes(claim(other, "s", "refused"), RUN);
    await becomes(claim(one, "s", "new"), RUN);
    await eventually(() => expect(one.answers.bytes).toBe(0));
  });

  it("a question of which the answer is lost does not keep the key from others", async () => {
    const cable = await layCable(server.port);
    onTestFinished(() => cable.cut());
    const prefix = testPrefix();
    const one = await start(prefix, `redis://127.0.0.1:${cable.port}`);
    const other = await start(prefix);
    server.signal("SIGSTOP");
    const asked = claim(one, "s", "k");
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    await cable.cut();
    server.signal("SIGCONT");
    await becomes(asked, [[Claim.UNAVAILABLE, ""]]);
    await cable.mend();
    await becomes(claim(other, "s", "k"), RUN);
  });

  it("and has forgotten everything then, it hears of what still runs", async () => {
    const prefix = testPrefix();
    const { one, other } = await two(prefix);
    await becomes(claim(one, "s", "k"), RUN);
    let ups = 0;
    other.redis.watch({ up: () => void ups++ });
    await server.ask("FLUSHALL");
    await server.ask("CLIENT", "KILL", "TYPE", "normal");
    await eventually(() => expect(ups).toBe(2)); // at once, and when it is back
    await eventually(async () => expect(await server.ask("EXISTS", `${prefix}{0}:r:s`)).toBe(1));
    const waiting = claim(other, "s", "k");
    await caughtUp(other);
    one.answers.settle("s", "k", Claim.ANSWERED, "x");
    await becomes(waiting, [[Claim.ANSWERED, "x"]]);
  });
});

it("what Redis has no memory for is not claimed, and what ran meanwhile is told when there is some", async () => {
  const { one, other } = await two();
  await becomes(claim(one, "s", "k"), RUN);
  await server.ask("CONFIG", "SET", "maxmemory", "1");
  try {
    await becomes(claim(one, "s", "other"), [[Claim.UNAVAILABLE, ""]]);
    one.answers.settle("s", "k", Claim.ANSWERED, "x");
    await becomes(claim(one, "s", "k"), [[Claim.ANSWERED, "x"]]);
  } finally {
    await server.ask("CONFIG", "SET", "maxmemory", "0");
  }
  await becomes(claim(other, "s", "k"), [[Claim.ANSWERED, "x"]]);
  await becomes(claim(other, "s", "other"), RUN);
});
