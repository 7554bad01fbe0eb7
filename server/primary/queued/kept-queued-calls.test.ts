import { afterEach, expect, it, vi } from "vitest";
import { resultAnswer } from "../../queued/answer.ts";
import { KeptQueuedCalls } from "./kept-queued-calls.ts";
import { aCall, answered, enqueued, Listener, opened, resumed } from "./test/asking.ts";
import { describeQueuedCalls, MOST_CALLS } from "./test/queued-calls-suite.ts";

const BUDGET = 64_000;

let sessions = 0;

function create(knows: (session: string) => boolean = () => true): KeptQueuedCalls {
  return new KeptQueuedCalls({ windowMs: 1_000, budget: BUDGET, mostCalls: MOST_CALLS, knows });
}

describeQueuedCalls(() => {
  const calls = shared;
  return { session: () => `session-${++sessions}`, host: () => calls };
});

const shared = create();

afterEach(() => {
  vi.useRealTimers();
});

const bytes = (count: number) => resultAnswer(Buffer.alloc(count, "x"));

it("nothing is left of calls that are delivered, or whose session has ended", async () => {
  const calls = create();
  for (let count = 0; count < 100; count++) {
    const call = aCall();
    await enqueued(calls, "a", call, new Listener());
    await answered(calls, "a", call.job, bytes(50));
    calls.delivered("a", call.job);
    await enqueued(calls, `b${count}`, aCall("key"), new Listener());
    calls.sessionEnded(`b${count}`);
  }
  expect([calls.size, calls.bytes]).toEqual([0, 0]);
});

it("the answer of a call with a key is kept for a window after it was delivered", async () => {
  vi.useFakeTimers();
  const calls = create();
  const call = aCall("key");
  await enqueued(calls, "a", call, new Listener());
  await answered(calls, "a", call.job, bytes(50));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.size).toBe(1); // it waits for its client
  calls.delivered("a", call.job);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([calls.size, calls.bytes]).toEqual([0, 0]);
  expect(await opened(calls, "a", aCall("key"), new Listener())).toMatchObject({ enqueue: true });
});

it("answers that a client has had go before those that wait for it, and whoever asks for them is told so", async () => {
  const calls = create();
  const old = aCall("old");
  const waiting = Array.from({ length: 50 }, () => aCall());
  for (const call of [...waiting, old]) await enqueued(calls, "a", call, new Listener());
  for (const { job } of waiting.slice(0, -1)) await answered(calls, "a", job, bytes(900));
  await answered(calls, "a", old.job, bytes(900));
  calls.delivered("a", old.job);
  await answered(calls, "a", waiting.at(-1)?.job ?? "", bytes(900));
  const waiter = new Listener();
  expect(await opened(calls, "a", aCall("old"), waiter)).toEqual({ job: old.job, enqueue: false });
  expect(waiter.heard).toEqual([[old.job, "error"]]);
  await resumed(calls, "a", waiter);
  expect(waiter.heard.slice(1)).toHaveLength(50);
  expect(waiter.heard.slice(1).filter(([, text]) => text === "error")).toEqual([]);
});

it("where answers wait for more than there is room for, whoever has most of it loses the oldest, but not what they change", async () => {
  const calls = create();
  const [few, many] = [[aCall()], Array.from({ length: 80 }, () => aCall())];
  const all = [...few.map((call) => ["few", call] as const), ...many.map((call) => ["many", call] as const)];
  for (const [session, call] of all) await enqueued(calls, session, call, new Listener());
  for (const session of ["few", "many"]) calls.left(session);
  const answer = resultAnswer(Buffer.alloc(900, "x"), { user: "ada" });
  for (const [session, { job }] of all) expect(await answered(calls, session, job, answer)).toBe(true);
  expect(calls.bytes).toBeLessThanOrEqual(BUDGET);
  const [one, other] = [new Listener(), new Listener()];
  await resumed(calls, "few", one);
  await resumed(calls, "many", other);
  const whole = `${"x".repeat(900)} {"user":"ada"}`;
  expect(one.heard.map(([, text]) => text)).toEqual([whole]);
  const lost = other.heard.findIndex(([, text]) => text === whole);
  expect(lost).toBeGreaterThan(20);
  expect(lost).toBeLessThan(60);
  const errors = Array.from({ length: lost }, () => 'error {"user":"ada"}');
  expect(other.heard.map(([, text]) => text)).toEqual([...errors, ...Array(80 - lost).fill(whole)]);
  for (const { job } of many) calls.delivered("many", job);
  for (const { job } of few) calls.delivered("few", job);
  expect([calls.size, calls.bytes]).toEqual([0, 0]);
});

it("answers are told in full to who is there, though there is no room to keep them", async () => {
  const calls = create();
  const [waiter, other] = [new Listener(), new Listener()];
  const all = Array.from({ length: 90 }, () => aCall());
  for (const call of all) {
    await enqueued(calls, "a", call, waiter);
    expect(await answered(calls, "a", call.job, bytes(900))).toBe(true);
  }
  expect(waiter.heard).toEqual(all.map(({ job }) => [job, "x".repeat(900)]));
  expect(calls.bytes).toBeLessThanOrEqual(BUDGET);
  const call = aCall();
  await enqueued(calls, "b", call, other);
  await answered(calls, "b", call.job, bytes(900));
  await resumed(calls, "b", other);
  expect(other.heard).toEqual([call, call].map(({ job }) => [job, "x".repeat(900)]));
});

it("keys that were delivered have room as well, and whoever has most of them loses the oldest", async () => {
  const calls = create();
  const deliver = async (session: string, key: string) => {
    const call = aCall(key);
    await enqueued(calls, session, call, new Listener());
    calls.delivered(session, call.job);
  };
  await deliver("few", "key");
  for (let count = 0; count < 1_000; count++) await deliver("many", `key ${count}`);
  expect(calls.bytes).toBeLessThanOrEqual(BUDGET);
  expect(calls.size).toBeLessThan(BUDGET / 350);
  const enqueues = async (session: string, key: string) =>
    (await opened(calls, session, aCall(key), new Listener())).enqueue;
  expect(await enqueues("few", "key")).toBe(false);
  expect(await enqueues("many", "key 999")).toBe(false);
  expect(await enqueues("many", "key 0")).toBe(true);
});

it("when a process is gone nothing is left of calls whose session nobody knows", async () => {
  const calls = create((session) => session === "known");
  const [waiter, call] = [new Listener(), aCall()];
  await enqueued(calls, "known", call, waiter);
  await enqueued(calls, "unknown", aCall("key"), waiter);
  calls.waiterGone(waiter);
  expect(calls.size).toBe(1);
  expect(await resumed(calls, "known", new Listener())).toMatchObject([{ job: call.job }]);
});
