import { expect, it } from "vitest";
import { errorAnswer, resultAnswer } from "../../../queued/answer.ts";
import { eventually } from "../../../test/patience.ts";
import type { QueuedCalls } from "../queued-calls.ts";
import { aCall, answered, enqueued, Listener, notQueued, opened, queued, resumed } from "./asking.ts";

/** So many calls of one session stores keep in tests. */
export const MOST_CALLS = 100;

/** What a store of queued calls is asked with in tests. */
export interface SuiteStore {
  /** Another one for each test; the session is known to whoever has to know of it. */
  session(): string;
  /** One host, of several as they come; of a store for one host only, the same one each time. */
  host(): QueuedCalls;
}

const result = (text: string) => resultAnswer(Buffer.from(text));

/** What every store of queued calls does. */
export function describeQueuedCalls(store: () => SuiteStore): void {
  it("an answer comes to whoever has opened the call", async () => {
    const [session, calls, waiter, call] = [store().session(), store().host(), new Listener(), aCall()];
    expect(await enqueued(calls, session, call, waiter)).toEqual({ job: call.job, enqueue: true });
    expect(await answered(calls, session, call.job, result("done"))).toBe(true);
    await eventually(() => expect(waiter.heard).toEqual([[call.job, "done"]]));
  });

  it("the first answer of a job is its answer, whatever comes later", async () => {
    const [session, calls, waiter, call] = [store().session(), store().host(), new Listener(), aCall("once")];
    await enqueued(calls, session, call, waiter);
    expect(await answered(calls, session, call.job, result("first"))).toBe(true);
    expect(await answered(store().host(), session, call.job, result("second"))).toBe(true);
    calls.delivered(session, call.job);
    expect(await answered(calls, session, call.job, result("third"))).toBe(true);
    const later = new Listener();
    expect(await opened(calls, session, aCall("once"), later)).toEqual({ job: call.job, enqueue: false });
    await eventually(() => expect(later.heard).toEqual([[call.job, "first"]]));
    expect(waiter.heard).toEqual([[call.job, "first"]]);
  });

  it("an answer may be there before the queue has said that it has the job", async () => {
    const [session, calls, waiter, call] = [store().session(), store().host(), new Listener(), aCall("quick")];
    await opened(calls, session, call, waiter);
    expect(await answered(calls, session, call.job, result("quick"))).toBe(true);
    await queued(calls, session, call.job);
    await eventually(() => expect(waiter.heard).toEqual([[call.job, "quick"]]));
    expect(await opened(calls, session, aCall("quick"), new Listener())).toMatchObject({ enqueue: false });
  });

  it("calls of one key are one job, which is enqueued until the queue has it", async () => {
    const [session, calls, first] = [store().session(), store().host(), aCall("key")];
    await opened(calls, session, first, new Listener());
    const again = { job: first.job, enqueue: true };
    expect(await opened(store().host(), session, aCall("key"), new Listener())).toEqual(again);
    await queued(calls, session, first.job);
    expect(await opened(calls, session, aCall("key"), new Listener())).toEqual({ job: first.job, enqueue: false });
    expect(await opened(calls, session, aCall("other"), new Listener())).toMatchObject({ enqueue: true });
    expect(await opened(calls, store().session(), aCall("key"), new Listener())).toMatchObject({ enqueue: true });
  });

  it("what the queue has refused is forgotten, and the next of its key another job", async () => {
    const [session, calls, first, second] = [store().session(), store().host(), aCall("key"), aCall("key")];
    await opened(calls, session, first, new Listener());
    expect(await notQueued(calls, session, first.job)).toBe(false);
    expect(await opened(calls, session, second, new Listener())).toEqual({ job: second.job, enqueue: true });
    expect(await answered(calls, session, first.job, result("late"))).toBe(true);
    await queued(calls, session, second.job);
    const waiter = new Listener();
    expect(await resumed(calls, session, waiter)).toMatchObject([{ job: second.job }]);
    expect(waiter.heard).toEqual([]);
  });

  it("what the queue seems to have refused it has after all where its answer has come, which holds", async () => {
    const [session, calls, waiter, call] = [store().session(), store().host(), new Listener(), aCall()];
    await opened(calls, session, call, waiter);
    await answered(store().host(), session, call.job, result("done"));
    expect(await notQueued(calls, session, call.job)).toBe(true);
    await eventually(() => expect(waiter.heard).toEqual([[call.job, "done"]]));
    const after = new Listener();
    expect(await resumed(calls, session, after)).toMatchObject([{ job: call.job }]);
    await eventually(() => expect(after.heard).toEqual([[call.job, "done"]]));
    calls.delivered(session, call.job);
    expect(await notQueued(calls, session, call.job)).toBe(false);
  });

  it("a session that goes on elsewhere has its calls there, with ids and keys, and gets the answers", async () => {
    const [session, one, two] = [store().session(), store().host(), store().host()];
    const [before, after] = [new Listener(), new Listener()];
    const calls = [aCall(), aCall("key"), aCall()] as const;
    for (const call of calls) await enqueued(one, session, call, before);
    await opened(one, session, aCall(), before); // it is not acknowledged
    await answered(one, session, calls[0].job, result("early"));
    const found = [...(await resumed(two, session, after))].sort((a, b) => a.call - b.call);
    expect(found.map(({ job, call, procedure, key }) => ({ job, call, procedure, key }))).toEqual(calls);
    await eventually(() => expect(after.heard).toEqual([[calls[0].job, "early"]]));
    await answered(one, session, calls[1].job, result("late"));
    await eventually(() => expect(after.heard.slice(1)).toEqual([[calls[1].job, "late"]]));
    one.progress(session, calls[2].job, Buffer.from("half"));
    await eventually(() => expect(after.meanwhile).toEqual(["half"]));
    expect(before.heard.filter(([job]) => job !== calls[0].job)).toEqual([]);
    expect(before.meanwhile).toEqual([]);
  });

  it("what is delivered is not there for the next one who resumes", async () => {
    const [session, calls] = [store().session(), store().host()];
    const [plain, keyed, open] = [aCall(), aCall("key"), aCall()];
    for (const call of [plain, keyed, open]) await enqueued(calls, session, call, new Listener());
    for (const { job } of [plain, keyed]) {
      await answered(calls, session, job, result("done"));
      calls.delivered(session, job);
    }
    await answered(calls, session, plain.job, result("more")); // all before it has been done
    const waiter = new Listener();
    expect((await resumed(store().host(), session, waiter)).map(({ job }) => job)).toEqual([open.job]);
    // not even by another answer of it
    expect(await answered(calls, session, plain.job, result("again"))).toBe(true);
    expect(await resumed(store().host(), session, waiter)).toHaveLength(1);
    expect(waiter.heard).toEqual([]);
  });

  it("the answer of a session that is away waits for it", async () => {
    const [session, one, two, before] = [store().session(), store().host(), store().host(), new Listener()];
    const call = aCall();
    await enqueued(one, session, call, before);
    one.waiterGone(before);
    expect(await answered(two, session, call.job, errorAnswer("INTERNAL", "no"))).toBe(true);
    const after = new Listener();
    expect(await resumed(two, session, after)).toHaveLength(1);
    await eventually(() => expect(after.heard).toEqual([[call.job, "error"]]));
    expect(before.heard).toEqual([]);
  });

  it("whoever's connection is gone is told nothing until it has come back", async () => {
    const [session, calls, before, after, call] = [
      store().session(),
      store().host(),
      new Listener(),
      new Listener(),
      aCall(),
    ];
    await enqueued(calls, session, call, before);
    calls.left(session);
    expect(await answered(calls, session, call.job, result("meanwhile"))).toBe(true);
    expect(await resumed(store().host(), session, after)).toMatchObject([{ job: call.job }]);
    await eventually(() => expect(after.heard).toEqual([[call.job, "meanwhile"]]));
    expect(before.heard).toEqual([]);
  });

  it("a session may have so many calls that are not delivered, about, and may ask for those it has", async () => {
    const [session, calls, waiter] = [store().session(), store().host(), new Listener()];
    const open = (key?: string) => enqueued(calls, session, aCall(key), waiter);
    const first = await Promise.all(Array.from({ length: MOST_CALLS }, (_, index) => open(`key ${index}`)));
    const jobs = first.map(({ job }) => job);
    const more = await Promise.allSettled(Array.from({ length: 2 * MOST_CALLS + 1 }, () => open()));
    const refusal = { code: "OVERLOADED", details: { retryAfterMs: 1_000 } };
    expect(more.at(-1)).toMatchObject({ status: "rejected", reason: refusal });
    for (const one of more) if (one.status === "fulfilled") jobs.push(one.value.job);
    expect(await opened(calls, session, aCall("key 0"), waiter)).toEqual({ job: jobs[0], enqueue: false });
    for (const job of jobs) calls.delivered(session, job);
    await open();
  });

  it("an answer that is too large to be kept is told, and then an error that changes the session as it did", async () => {
    const [session, calls, call] = [store().session(), store().host(), aCall("login")];
    const waiters = [new Listener(), new Listener(), new Listener()] as const;
    await enqueued(calls, session, call, waiters[0]);
    const answer = resultAnswer(Buffer.alloc(20_000, "x"), { user: "ada" });
    expect(await answered(calls, session, call.job, answer)).toBe(true);
    await eventually(() => expect(waiters[0].heard).toEqual([[call.job, `${"x".repeat(20_000)} {"user":"ada"}`]]));
    await resumed(calls, session, waiters[1]);
    await eventually(() => expect(waiters[1].heard).toEqual([[call.job, 'error {"user":"ada"}']]));
    calls.delivered(session, call.job);
    await opened(calls, session, aCall("login"), waiters[2]);
    await eventually(() => expect(waiters[2].heard).toEqual([[call.job, "error"]]));
  });

  it("what an answer changes of the session it changes until it is delivered, and not for who asks once more", async () => {
    const [session, calls, call] = [store().session(), store().host(), aCall("login")];
    await enqueued(calls, session, call, new Listener());
    await answered(calls, session, call.job, resultAnswer(Buffer.from("hi"), { user: "ada" }));
    const [resuming, asking] = [new Listener(), new Listener()];
    await resumed(store().host(), session, resuming);
    await eventually(() => expect(resuming.heard).toEqual([[call.job, 'hi {"user":"ada"}']]));
    calls.delivered(session, call.job);
    await opened(calls, session, aCall("login"), asking);
    await eventually(() => expect(asking.heard).toEqual([[call.job, "hi"]]));
  });

  it("a session that has ended has no calls, and nobody waits for their answers", async () => {
    const [session, calls, waiter, call] = [store().session(), store().host(), new Listener(), aCall("key")];
    await enqueued(calls, session, call, waiter);
    calls.sessionEnded(session);
    expect(await answered(calls, session, call.job, result("late"))).toBe(true);
    expect(await resumed(calls, session, waiter)).toEqual([]);
    expect(waiter.heard).toEqual([]);
  });
}
