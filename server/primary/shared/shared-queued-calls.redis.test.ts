import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { describeEachRedis } from "../../links/test/each-redis.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { holdUpNews } from "../../redis/test/late-news.ts";
import { eventually } from "../../test/patience.ts";
import { aCall, answered, enqueued, Listener, notQueued, opened, queued, resumed } from "../queued/test/asking.ts";
import { describeQueuedCalls } from "../queued/test/queued-calls-suite.ts";
import {
  aSession,
  BUDGET,
  longAnswer,
  type QueuedHost,
  type QueuedHostOptions,
  startQueuedHost,
  textAnswer,
} from "../test/queued-hosts.ts";
import { knowsSessions } from "../test/session-hosts.ts";
import { SharedQueuedCalls } from "./shared-queued-calls.ts";

/** So many names are of all parts that a Cluster's keys are divided into. */
const NAMES = 1_000;

describeEachRedis("calls that a queue keeps, by two hosts with", (url) => {
  let hosts: QueuedHost[] = [];
  let turn = 0;
  beforeEach(async () => {
    const prefix = testPrefix();
    hosts = await Promise.all([startQueuedHost(prefix, { url: url() }), startQueuedHost(prefix, { url: url() })]);
    await knowsSessions(hosts[0] as QueuedHost, NAMES);
  });
  describeQueuedCalls(() => ({ session: aSession, host: () => (hosts[turn++ % 2] as QueuedHost).calls }));
});

describe("with one Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.end());

  async function two(
    options: Partial<QueuedHostOptions> = {},
    prefix = testPrefix(),
  ): Promise<[QueuedHost, QueuedHost]> {
    const hosts = await Promise.all([
      startQueuedHost(prefix, { url: server.url, ...options }),
      startQueuedHost(prefix, { url: server.url, ...options }),
    ]);
    await knowsSessions(hosts[0]);
    return hosts;
  }

  /** What Redis has of a session, by what the names begin with. */
  async function kept(prefix: string, session: string): Promise<string[]> {
    const keys = (await server.ask("KEYS", `${prefix}*:${session}`)) as Buffer[];
    return keys.map((key) => String(key).slice(`${prefix}{0}:`.length, -session.length)).sort();
  }

  it("nothing is left of calls without keys that are delivered, nor of those that are refused", async () => {
    const [prefix, session] = [testPrefix(), aSession()];
    const [one, other] = await two({}, prefix);
    const waiter = new Listener();
    for (let turn = 0; turn < 20; turn++) {
      const [small, large, refused] = [aCall(), aCall(), aCall("key")];
      for (const call of [small, large]) await enqueued(one.calls, session, call, waiter);
      await opened(one.calls, session, refused, waiter);
      void notQueued(one.calls, session, refused.job);
      await answered(other.calls, session, small.job, textAnswer("x"));
      await answered(one.calls, session, large.job, longAnswer(5_000));
      for (const { job } of [small, large]) one.calls.delivered(session, job);
    }
    await eventually(async () => expect(await kept(prefix, session)).toEqual([]));
    await eventually(() => expect([one.calls.size, one.calls.bytes, other.calls.bytes]).toEqual([0, 0, 0]));
  });

  it("the queue of a host has not taken a call that has been asked for again at another one: it is known there", async () => {
    const [session, first] = [aSession(), aCall("key")];
    const [one, other] = await two();
    const [before, waiter] = [new Listener(), new Listener()];
    await opened(one.calls, session, first, before);
    expect(await opened(other.calls, session, aCall("key"), waiter)).toEqual({ job: first.job, enqueue: true });
    void notQueued(one.calls, session, first.job);
    expect(await opened(one.calls, session, aCall("key"), before)).toEqual({ job: first.job, enqueue: true });
    await enqueued(other.calls, session, aCall("key"), waiter);
    void notQueued(one.calls, session, first.job);
    await answered(one.calls, session, first.job, textAnswer("done"));
    await eventually(() => expect(waiter.heard).toEqual([[first.job, "done"]]));
    expect(before.heard).toEqual([]);
  });

  it("the queue has not taken a call that is asked for again in that moment: it is brought to it anew, and known", async () => {
    const [session, first] = [aSession(), aCall("key")];
    const [one] = await two();
    const waiter = new Listener();
    await opened(one.calls, session, first, waiter);
    const again = opened(one.calls, session, aCall("key"), waiter);
    void notQueued(one.calls, session, first.job);
    expect(await again).toEqual({ job: first.job, enqueue: true });
    await queued(one.calls, session, first.job);
    expect(await opened(one.calls, session, aCall("key"), waiter)).toEqual({ job: first.job, enqueue: false });
    // and what is not known any more is not acknowledged
    one.calls.delivered(session, first.job);
    await expect(queued(one.calls, session, first.job)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("the answer of a call with a key is kept for a window after it was delivered, though others go on", async () => {
    const [prefix, session] = [testPrefix(), aSession()];
    const [one, other] = await two({ windowMs: 300 }, prefix);
    const [call, open] = [aCall("key"), aCall("open")];
    for (const each of [call, open]) await enqueued(one.calls, session, each, new Listener());
    await answered(one.calls, session, call.job, textAnswer("x"));
    one.calls.delivered(session, call.job);
    expect(await opened(one.calls, session, aCall("key"), new Listener())).toEqual({ job: call.job, enqueue: false });
    await eventually(async () => expect(await kept(prefix, session)).toEqual(["q:"]));
    expect(await opened(one.calls, session, aCall("key"), new Listener())).toMatchObject({ enqueue: true });
    expect(await opened(other.calls, session, aCall("open"), new Listener())).toEqual({
      job: open.job,
      enqueue: false,
    });
  });

  it("what is waited for is kept for as long as it is, and for the window and some time after that", async () => {
    const [prefix, session] = [testPrefix(), aSession()];
    const [one] = await two({}, prefix);
    await enqueued(one.calls, session, aCall(), new Listener());
    const left = async () => Number(await server.ask("PTTL", `${prefix}{0}:q:${session}`));
    expect(await left()).toBeGreaterThan(60_000 + 60_000);
    await server.ask("PEXPIRE", `${prefix}{0}:q:${session}`, "20000");
    await eventually(async () => expect(await left()).toBeGreaterThan(60_000 + 60_000));
  });

  it("nothing is waited for any more whose connection is gone, be it before Redis has said that it waits", async () => {
    const [one] = await two();
    const [session, waiter, call] = [aSession(), new Listener(), aCall()];
    await enqueued(one.calls, session, call, waiter);
    const opening = opened(one.calls, session, aCall(), waiter);
    one.calls.left(session);
    expect(one.calls.size).toBe(0);
    await opening;
    expect(one.calls.size).toBe(0);
    await answered(one.calls, session, call.job, textAnswer("x"));
    expect(waiter.heard).toEqual([]);
  });

  it("a call whose answer was told is forgotten where Redis does not know it any more", async () => {
    const prefix = testPrefix();
    const [one] = await two({}, prefix);
    const [session, waiter, call] = [aSession(), new Listener(), aCall()];
    await enqueued(one.calls, session, call, waiter);
    await answered(one.calls, session, call.job, textAnswer("x"));
    expect([waiter.heard.length, one.calls.size]).toEqual([1, 1]);
    // it is the session's host, whose word is taken for calls that are waited for
    await server.ask("HSET", `${prefix}{0}:s:${session}`, "h", one.redis.host);
    await server.ask("DEL", `${prefix}{0}:q:${session}`);
    await eventually(() => expect(one.calls.size).toBe(0));
  });

  it("a session that has gone on at another host keeps its calls when it ends at the one where it was, which forgets them", async () => {
    const prefix = testPrefix();
    const [one, other] = await two({}, prefix);
    const [session, waiter, call] = [aSession(), new Listener(), aCall()];
    await enqueued(one.calls, session, call, new Listener());
    await enqueued(one.calls, session, aCall(), new Listener());
    await server.ask("HSET", `${prefix}{0}:s:${session}`, "h", other.redis.host);
    expect(await resumed(other.calls, session, waiter)).toHaveLength(2);
    await eventually(() => expect(one.calls.size).toBe(0));
    await enqueued(one.calls, session, aCall(), new Listener());
    one.calls.sessionEnded(session);
    expect(await answered(one.calls, session, call.job, textAnswer("x"))).toBe(true);
    await eventually(() => expect(waiter.heard).toEqual([[call.job, "x"]]));
  });

  it("a host that is killed takes no calls along", async () => {
    const [one, other] = await two();
    const [session, waiter] = [aSession(), new Listener()];
    const [early, late] = [aCall(), aCall("late")];
    for (const call of [early, late]) await enqueued(one.calls, session, call, new Listener());
    await answered(other.calls, session, early.job, textAnswer("early"));
    one.kill();
    expect(await resumed(other.calls, session, waiter)).toHaveLength(2);
    expect(await answered(other.calls, session, late.job, textAnswer("late"))).toBe(true);
    await eventually(() =>
      expect(waiter.heard).toEqual([
        [early.job, "early"],
        [late.job, "late"],
      ]),
    );
  });

  it("an answer of which news comes before Redis says that the call is known is told after that", async () => {
    const prefix = testPrefix();
    const [there] = await two({}, prefix);
    const host = await startHost(server.url, prefix);
    const answers: (() => void)[] = [];
    let news = 0;
    const redis: SharedRedis = {
      ...holdUpNews(host.redis).redis,
      listen: (topic, told) =>
        host.redis.listen(topic, (data) => {
          told(data);
          news++;
        }),
      run: (script, partition, name, args, ran) =>
        host.redis.run(script, partition, name, args, (error, answer) => {
          if (name === "q_open" || name === "q_resume") answers.push(() => ran?.(error, answer));
          else ran?.(error, answer);
        }),
    };
    const calls = new SharedQueuedCalls({
      ...host,
      redis,
      windowMs: 60_000,
      budget: BUDGET,
      mostCalls: 100,
      stepMs: 100_000,
    });
    onTestFinished(() => calls.close());
    const ways = [
      (session: string, waiter: Listener) => opened(calls, session, aCall("key"), waiter),
      (session: string, waiter: Listener) => resumed(calls, session, waiter),
    ];
    for (const [index, way] of ways.entries()) {
      const [session, call, waiter] = [aSession(), aCall("key"), new Listener()];
      await enqueued(there.calls, session, call, new Listener());
      const asked = way(session, waiter);
      await eventually(() => expect(answers).toHaveLength(1));
      await answered(there.calls, session, call.job, textAnswer("x"));
      await eventually(() => expect(news).toBe(index + 1));
      expect(waiter.heard).toEqual([]);
      answers.pop()?.();
      await asked;
      await eventually(() => expect(waiter.heard).toEqual([[call.job, "x"]]));
    }
  });
});
