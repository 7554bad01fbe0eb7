import { answer, type Call, WAITING } from "./call.ts";
import { createCallsInside } from "./calls-inside.ts";
import { cloneable } from "./clone.ts";
import { unpackThrown } from "./error-data.ts";
import { CallTimeoutError, LoadError, WorkerLostError } from "./errors.ts";
import * as message from "./message.ts";
import { createPageCallbacks } from "./page-callbacks.ts";
import { postCall } from "./post-call.ts";
import { startTimer } from "./timer.ts";
import type { SetUp, WebWorker, WebWorkerHost, WebWorkerOptions } from "./web-worker-types.ts";

/** Starts a web worker; sends it calls, and notices when it does not do what it should. @throws what the platform throws */
export function createWebWorker(options: WebWorkerOptions, host: WebWorkerHost): WebWorker {
  const { concurrency, graceMs, classes } = options;
  const calls = createCallsInside();
  const { runner } = calls;
  /** Those that are not answered; the first is the start. */
  const setUps: Pick<SetUp, "done" | "lost">[] = [{ done() {}, lost() {} }];
  let started = false;
  /** Whether it has ever been ready for calls. */
  let useful = false;
  let retiring = false;
  let ended = false;
  let stopTimer: (() => void) | undefined;
  /** When it is looked next which calls are late: one timer for all of them, as hardly one ever is. */
  let lookAt = Infinity;
  let stopLooking: (() => void) | undefined;

  const link = options.spawn({
    message: (data) => {
      // functions may post messages of their own
      if (!ended && Array.isArray(data)) message.handle(handlers, data as unknown as message.PageBound);
    },
    async failed(text) {
      // once it runs, it tells itself of what nobody caught
      if (!started)
        end(new LoadError(`The web worker could not be loaded: ${(await link.explain?.()) || text || "is it there?"}`));
    },
    lost,
  });
  const post = (words: message.WorkerBound) => link.post(words);
  const callbacks = createPageCallbacks(link);
  const handlers: message.Handlers<message.PageBound> = {
    [message.DONE](thrown) {
      stopTimer?.();
      setUps.shift()?.done(worker, thrown && unpackThrown(thrown, classes));
      started = true;
      if (ended) return;
      if (worker.settled()) useful = true;
      else loads();
      host.free();
    },
    [message.RESULT]: (id, value) => over(id, "resolve", value),
    [message.FAILED]: (id, thrown) => over(id, "reject", unpackThrown(thrown, classes)),
    [message.BEGINS](id) {
      calls.begins(id);
      startNext();
    },
    [message.WAITS](id) {
      calls.waits(id);
      startNext();
    },
    [message.ITEM]: (id, item) => said(id, "item", item),
    [message.PROGRESS]: (id, value) => said(id, "progress", value),
    [message.CANCELLING](id) {
      const call = calls.inside.get(id);
      if (call !== undefined) call.heard = true;
    },
    [message.CALLBACK]: callbacks.call,
    [message.RELEASE]: callbacks.release,
    [message.STRAY]: (thrown) => options.onError?.(unpackThrown(thrown, classes)),
    [message.CLOSES]: () => lost("closed itself"),
  };

  const worker: WebWorker = {
    get load() {
      return calls.inside.size;
    },
    idleSince: performance.now(),
    settled: () => setUps.length === 0,
    free: () => worker.settled() && calls.inside.size < concurrency,
    setUp(setUp) {
      post([message.SET_UP, setUp.step]);
      if (setUps.push(setUp) === 1) loads();
    },
    post(call) {
      try {
        postCall(link, call, callbacks);
      } catch (error) {
        answer(call, "reject", error);
        return;
      }
      call.worker = worker;
      calls.add(call);
      startNext();
    },
    cancel(call, reason) {
      // one that may not have begun has its grace when it has
      call.dueAt = Infinity;
      if (call.at === WAITING || call === runner()) within(call, graceMs);
      post([message.CANCEL, call.id, cloneable(reason)]);
    },
    more(call, count) {
      post([message.MORE, call.id, count]);
      if (!call.told) within(call, call.timeoutMs);
    },
    retire() {
      if (!retiring) host.retires(worker);
      retiring = true;
      if ([...calls.inside.values()].every(({ told }) => told)) lost("was replaced");
    },
    end,
  };
  post([message.START, { shared: concurrency > 1 }]);
  readyWithin(options.startTimeoutMs, "start");
  return worker;

  function end(error: Error, useless = !useful): void {
    if (ended) return;
    ended = true;
    stopTimer?.();
    stopLooking?.();
    link.terminate();
    const cleared = calls.clear();
    for (const call of cleared.lost) answer(call, "reject", error);
    const again = !useless && error instanceof WorkerLostError;
    for (const setUp of setUps.splice(0)) setUp.lost(worker, error, again);
    host.ended(worker, cleared.unbegun, useless ? error : undefined);
  }

  function lost(text: string): void {
    end(new WorkerLostError(`The web worker ${text}.`));
  }

  function over(id: number, how: "resolve" | "reject", value: unknown): void {
    const call = calls.inside.get(id);
    if (call === undefined) return;
    calls.over(call);
    startNext();
    worker.idleSince = performance.now();
    answer(call, how, value);
    if (retiring) worker.retire();
    else host.free();
  }

  function loads(): void {
    readyWithin(options.loadTimeoutMs, "load what it is to");
  }

  function readyWithin(ms: number, what: string): void {
    stopTimer?.();
    stopTimer = startTimer(ms, () => {
      // what it is to do waits for a call that runs, and has its time when that has ended
      if (runner() !== undefined) readyWithin(ms, what);
      else end(new LoadError(`The web worker took too long to ${what}.`));
    });
  }

  function said(id: number, what: "item" | "progress", value: unknown): void {
    const call = calls.inside.get(id);
    if (call === undefined || call.told) return;
    within(call, call.timeoutMs);
    if (call[what]?.(value) === true) call.dueAt = Infinity;
  }

  /** The time of a call begins when it runs, not when it is posted to a web worker that has others to run before. */
  function startNext(): void {
    const runs = runner();
    const call = runs ?? calls.first();
    if (call === undefined) return;
    // it is never posted to another one now
    if (runs !== undefined) call.parameters = [];
    if (call.told) {
      if (runs !== undefined && call.dueAt === Infinity) within(call, graceMs);
    } else if (!call.began) within(call, call.timeoutMs);
    call.began = true;
  }

  function within(call: Call, ms: number): void {
    call.dueAt = performance.now() + ms;
    look(call.dueAt);
  }

  function look(at: number): void {
    if (at >= lookAt) return;
    lookAt = at;
    stopLooking?.();
    stopLooking = startTimer(at - performance.now(), () => {
      lookAt = Infinity;
      const now = performance.now();
      for (const call of [...calls.inside.values()]) if (call.dueAt <= now) takesTooLong(call);
      for (const { dueAt } of calls.inside.values()) look(dueAt);
    });
  }

  function takesTooLong(call: Call): void {
    const { name, timeoutMs } = call;
    const runs = runner();
    if (!call.told) {
      const error = new CallTimeoutError(`"${name}" took longer than ${timeoutMs} ms.`);
      answer(call, "reject", error);
      worker.cancel(call, error);
      within(call, graceMs);
    } else if (call.heard) {
      // it is not stuck, and others may have something in there, which they can finish
      call.dueAt = Infinity;
      worker.retire();
    } else if (runs !== call && (runs !== undefined || worker.idleSince > call.dueAt - graceMs)) {
      // another one's work keeps the web worker from hearing of it, or did until a moment ago
      within(call, graceMs);
    } else lost(`was replaced, for "${name}" did not stop when it was to`);
  }
}
