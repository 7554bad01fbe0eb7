import { afterEach, expect, it, vi } from "vitest";
import { resultAnswer } from "../../queued/answer.ts";
import { KeptQueuedCalls } from "./kept-queued-calls.ts";
import {
  aCall,
  answered,
  describeQueuedCalls,
  enqueued,
  Listener,
  opened,
  resumed,
} from "./test/queued-calls-suite.ts";

const BUDGET = 64_000;

let sessions = 0;

function create(): KeptQueuedCalls {
  return new KeptQueuedCalls({ windowMs: 1_000, budget: BUDGET });
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

it("answers that clients have had make room for others, and whoever asks for them is told so", async () => {
  const calls = create();
  const old = aCall("old");
  await enqueued(calls, "a", old, new Listener());
  await answered(calls, "a", old.job, bytes(900));
  calls.delivered("a", old.job);
  for (let count = 0; count < 70; count++) {
    const call = aCall();
    await enqueued(calls, "b", call, new Listener());
    await answered(calls, "b", call.job, bytes(900));
  }
  const waiter = new Listener();
  expect(await opened(calls, "a", aCall("old"), waiter)).toEqual({ job: old.job, enqueue: false });
  expect(waiter.heard).toEqual([[old.job, "error"]]);
});

it("where answers that wait for their clients take all there is, the queue keeps what comes for who is away", async () => {
  const calls = create();
  const away = new Listener();
  const jobs = Array.from({ length: 80 }, () => aCall());
  for (const call of jobs) await enqueued(calls, "away", call, away);
  calls.waiterGone(away);
  const safe = [];
  for (const { job } of jobs) safe.push(await answered(calls, "away", job, bytes(900)));
  expect(safe.filter((one) => one).length).toBe(Math.floor(BUDGET / bytes(900).length));
  // others get theirs
  const [waiter, call] = [new Listener(), aCall()];
  await enqueued(calls, "there", call, waiter);
  expect(await answered(calls, "there", call.job, bytes(900))).toBe(true);
  expect(waiter.heard).toHaveLength(1);
  const back = new Listener();
  await resumed(calls, "away", back);
  for (const [job] of back.heard) calls.delivered("away", job);
  const last = jobs.at(-1)?.job ?? "";
  expect(await answered(calls, "away", last, bytes(900))).toBe(true);
  expect(back.heard.at(-1)?.[0]).toBe(last);
});

it("an answer that is too large to be kept is told once, and after that it is told that it was", async () => {
  const calls = create();
  const [waiter, again, call] = [new Listener(), new Listener(), aCall()];
  await enqueued(calls, "a", call, waiter);
  expect(await answered(calls, "a", call.job, bytes(2_000))).toBe(true);
  expect(waiter.heard).toEqual([[call.job, "x".repeat(2_000)]]);
  await resumed(calls, "a", again);
  expect(again.heard).toEqual([[call.job, "error"]]);
});
