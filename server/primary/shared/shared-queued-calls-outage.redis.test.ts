import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import type { QueuedCalls } from "../queued/queued-calls.ts";
import { aCall, answered, enqueued, Listener, notQueued, opened, resumed } from "../queued/test/asking.ts";
import { aSession, type QueuedHost, startQueuedHost, textAnswer } from "../test/queued-hosts.ts";
import { knowsSessions } from "../test/session-hosts.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

/** Two hosts, the first of which has a way to Redis that can be cut. */
async function two() {
  const cable = await layCable(server.port);
  onTestFinished(() => cable.cut());
  const prefix = testPrefix();
  const [one, other] = await Promise.all([
    startQueuedHost(prefix, { url: `redis://127.0.0.1:${cable.port}` }),
    startQueuedHost(prefix, { url: server.url }),
  ]);
  await knowsSessions(other);
  const cut = async () => {
    await cable.cut();
    await eventually(() => expect(one.redis.isUp).toBe(false));
  };
  return { one, other, cut, mend: () => cable.mend() };
}

/** Brings an answer as a queue does: again and again, until it is safe. */
async function brought(calls: QueuedCalls, session: string, job: string, text: string): Promise<void> {
  await eventually(async () => expect(await answered(calls, session, job, textAnswer(text))).toBe(true));
}

/** Waits until Redis has done all that it was told of a session. */
async function caughtUp(calls: QueuedCalls, session: string): Promise<void> {
  expect(await answered(calls, session, "unknown", textAnswer(""))).toBe(true);
}

it("nothing is opened or resumed while Redis cannot be reached, and no answer is taken", async () => {
  const { one, cut } = await two();
  const [session, call] = [aSession(), aCall()];
  await enqueued(one.calls, session, call, new Listener());
  await cut();
  const unavailable = expect.objectContaining({ code: "UNAVAILABLE" });
  await expect(opened(one.calls, session, aCall(), new Listener())).rejects.toEqual(unavailable);
  await expect(resumed(one.calls, session, new Listener())).rejects.toEqual(unavailable);
  one.calls.progress(session, call.job, Buffer.from("half"));
  expect(await answered(one.calls, session, call.job, textAnswer("x"))).toBe(false);
  expect(one.calls.bytes).toBe(0);
});

it("a host that was cut off gets the answers that came meanwhile, once, and says what it could not", async () => {
  const { one, other, cut, mend } = await two();
  const [session, waiter] = [aSession(), new Listener()];
  const [told, slow, delivered, refused] = [aCall(), aCall(), aCall("key"), aCall("refused")];
  for (const call of [told, slow, delivered, refused]) await opened(one.calls, session, call, waiter);
  one.calls.queued(session, delivered.job, () => undefined);
  expect(await answered(other.calls, session, delivered.job, textAnswer("had"))).toBe(true);
  await eventually(() => expect(waiter.heard).toHaveLength(1));
  await cut();
  one.calls.queued(session, told.job, () => undefined);
  one.calls.queued(session, slow.job, () => undefined);
  one.calls.delivered(session, delivered.job);
  void notQueued(one.calls, session, refused.job);
  expect(await answered(other.calls, session, told.job, textAnswer("meanwhile"))).toBe(true);
  await mend();
  await eventually(() => expect(waiter.heard.slice(1)).toEqual([[told.job, "meanwhile"]]));
  const after = new Listener();
  await eventually(async () => {
    const found = await resumed(other.calls, session, after);
    expect(found.map(({ job }) => job).sort()).toEqual([told.job, slow.job].sort());
  });
  expect(await opened(other.calls, session, aCall("key"), after)).toEqual({ job: delivered.job, enqueue: false });
  const next = aCall("refused");
  await eventually(async () => {
    expect(await opened(other.calls, session, next, after)).toEqual({ job: next.job, enqueue: true });
  });
  expect(waiter.heard).toHaveLength(2);
});

it("calls of sessions that have gone on elsewhere meanwhile are waited for there, and not any more here", async () => {
  const { one, other, cut, mend } = await two();
  const [session, before, after, call] = [aSession(), new Listener(), new Listener(), aCall()];
  await enqueued(one.calls, session, call, before);
  await caughtUp(one.calls, session);
  await cut();
  await resumed(other.calls, session, after);
  await mend();
  await eventually(() => expect(one.calls.size).toBe(0));
  await brought(one.calls, session, call.job, "x");
  await eventually(() => expect(after.heard).toEqual([[call.job, "x"]]));
  expect(before.heard).toEqual([]);
});

it("Redis is killed and comes back while calls wait: each gets its answer once", async () => {
  const { one, other } = await two();
  const hosts: QueuedHost[] = [one, other];
  const waits = Array.from({ length: 40 }, (_, index) => {
    const host = hosts[index % 2] as QueuedHost;
    return { host, session: aSession(), call: aCall(index % 3 === 0 ? "key" : undefined), waiter: new Listener() };
  });
  for (const { host, session, call, waiter } of waits) {
    await enqueued(host.calls, session, call, waiter);
    waiter.answered = (...news) => {
      Listener.prototype.answered.apply(waiter, news);
      host.calls.delivered(session, call.job);
    };
  }
  const all = waits.map(({ session, call }, index) =>
    brought((hosts[index % 3 === 0 ? 0 : 1] as QueuedHost).calls, session, call.job, `${index}`),
  );
  await server.kill();
  await eventually(() => expect(other.redis.isUp).toBe(false));
  await server.start();
  await Promise.all(all);
  await eventually(() => {
    for (const [index, { call, waiter }] of waits.entries()) expect(waiter.heard).toEqual([[call.job, `${index}`]]);
  });
  await eventually(() => expect([one.calls.size, other.calls.size]).toEqual([0, 0]));
  for (const { session } of waits) {
    await eventually(async () => expect(await resumed(other.calls, session, new Listener())).toEqual([]));
  }
});

it("Redis forgets everything while calls wait: they get their answers, and what has been refused or delivered stays so", async () => {
  const { one, other } = await two();
  const [session, waiter] = [aSession(), new Listener()];
  const [waiting, keyed, delivered] = [aCall(), aCall("key"), aCall()];
  for (const call of [waiting, keyed, delivered]) await enqueued(one.calls, session, call, waiter);
  await answered(one.calls, session, delivered.job, textAnswer("had"));
  one.calls.delivered(session, delivered.job);
  await caughtUp(one.calls, session);
  await server.ask("FLUSHALL");
  await brought(other.calls, session, waiting.job, "x");
  await eventually(() => expect(waiter.heard.slice(1)).toEqual([[waiting.job, "x"]]));
  await eventually(async () => {
    const found = await opened(other.calls, session, aCall("key"), new Listener());
    expect(found).toEqual({ job: keyed.job, enqueue: false });
  });
  // not taken, and to come again for as long as somebody might say that they wait for it
  expect(await answered(other.calls, session, delivered.job, textAnswer("again"))).toBe(false);
  expect((await resumed(other.calls, session, new Listener())).map(({ job }) => job)).not.toContain(delivered.job);
  expect(waiter.heard).toHaveLength(2);
});

it("answers of jobs that Redis does not know come again for a while after it was away, as it may have lost the last it had", async () => {
  const { other } = await two();
  const unsure = await startQueuedHost(testPrefix(), { url: server.url, unsureMs: 300 });
  await knowsSessions(unsure);
  expect(await answered(unsure.calls, aSession(), "unknown", textAnswer("x"))).toBe(false);
  await brought(unsure.calls, aSession(), "unknown", "x");
  expect(await answered(other.calls, aSession(), "unknown", textAnswer("x"))).toBe(true);
});

it("what Redis has lost is waited for again while it may have lost something, and where it knows the session", async () => {
  const prefix = testPrefix();
  const [unsure, sure] = await Promise.all([
    startQueuedHost(prefix, { url: server.url, unsureMs: 60_000 }),
    startQueuedHost(prefix, { url: server.url }),
  ]);
  await knowsSessions(sure);
  const [lost, known, over, elsewhere] = [aSession(), aSession(), aSession(), aSession()];
  const hashOf = (session: string): string => `${prefix}{0}:s:${session}`;
  await server.ask("HSET", hashOf(known), "h", sure.redis.host);
  await server.ask("HSET", hashOf(elsewhere), "h", unsure.redis.host);
  const waiter = new Listener();
  await enqueued(unsure.calls, lost, aCall(), waiter);
  const call = aCall();
  await enqueued(sure.calls, known, call, waiter);
  for (const session of [over, elsewhere]) await opened(sure.calls, session, aCall(), waiter);
  const queues = [lost, known, over].map((session) => `${prefix}{0}:q:${session}`);
  await server.ask("DEL", ...queues);
  await eventually(() => expect(sure.calls.size).toBe(1));
  await brought(unsure.calls, known, call.job, "x");
  await eventually(() => expect(waiter.heard).toEqual([[call.job, "x"]]));
  await eventually(async () => expect(await server.ask("EXISTS", ...queues.slice(0, 1))).toBe(1));
  expect(await server.ask("EXISTS", ...queues.slice(2))).toBe(0);
});
