import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { resultAnswer } from "../../queued/answer.ts";
import { testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { aCall, answered, enqueued, Listener, opened, resumed } from "../queued/test/asking.ts";
import { aSession, longAnswer, type QueuedHost, startQueuedHost, textAnswer } from "../test/queued-hosts.ts";
import { knowsSessions } from "../test/session-hosts.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

async function two(): Promise<[QueuedHost, QueuedHost]> {
  const prefix = testPrefix();
  const start = () => startQueuedHost(prefix, { url: server.url });
  const hosts = await Promise.all([start(), start()]);
  await knowsSessions(hosts[0]);
  return hosts;
}

it("of a session whose client has had more large answers than are kept, the oldest are told to be lost", async () => {
  const [one, other] = await two();
  const [session, calls] = [aSession(), Array.from({ length: 12 }, (_, index) => aCall(`key ${index}`))];
  for (const call of calls) {
    await enqueued(one.calls, session, call, new Listener());
    await answered(one.calls, session, call.job, longAnswer(9_000));
    one.calls.delivered(session, call.job);
  }
  await answered(one.calls, session, "none", textAnswer("x")); // all before it has been done
  const heard = async (index: number) => {
    const waiter = new Listener();
    const found = await opened(other.calls, session, aCall(`key ${index}`), waiter);
    expect(found).toEqual({ job: calls[index]?.job, enqueue: false });
    return waiter.heard[0]?.[1];
  };
  expect(await heard(0)).toBe("error");
  expect(await heard(11)).toBe("x".repeat(9_000));
});

it("of answers that wait for a session's client so many large ones are kept; others are told to who is there", async () => {
  const [one, other] = await two();
  const [session, waiter, back] = [aSession(), new Listener(), new Listener()];
  const jobs = Array.from({ length: 11 }, () => aCall());
  for (const call of jobs) await enqueued(one.calls, session, call, waiter);
  const answer = resultAnswer(Buffer.alloc(9_500, "x"), { user: "ada" });
  for (const { job } of jobs.slice(0, 10)) expect(await answered(other.calls, session, job, answer)).toBe(true);
  expect(await answered(one.calls, session, jobs[10]?.job ?? "", answer)).toBe(true);
  const whole = `${"x".repeat(9_500)} {"user":"ada"}`;
  await eventually(() => expect(new Map(waiter.heard)).toEqual(new Map(jobs.map(({ job }) => [job, whole]))));
  await resumed(other.calls, session, back);
  const lost = jobs.slice(8).map(({ job }) => [job, 'error {"user":"ada"}'] as const);
  const kept = jobs.slice(0, 8).map(({ job }) => [job, whole] as const);
  await eventually(() => expect(new Map(back.heard)).toEqual(new Map([...kept, ...lost])));
});

it("an answer that is too large to be kept is told once, at whichever host it arrives, and after that it is told that it was", async () => {
  const hosts = await two();
  for (const host of hosts) {
    const [session, waiter, again, call] = [aSession(), new Listener(), new Listener(), aCall()];
    await enqueued(hosts[0].calls, session, call, waiter);
    expect(await answered(host.calls, session, call.job, longAnswer(20_000))).toBe(true);
    await eventually(() => expect(waiter.heard).toEqual([[call.job, "x".repeat(20_000)]]));
    await resumed(host.calls, session, again);
    expect(again.heard).toEqual([[call.job, "error"]]);
  }
});
