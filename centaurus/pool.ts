import { answer, type Call } from "./call.ts";
import { LoadError, QueueFullError, TerminatedError } from "./errors.ts";
import { createFifo, type Fifo } from "./fifo.ts";
import type { SetUpStep } from "./message.ts";
import { createSetUps } from "./set-ups.ts";
import { startTimer } from "./timer.ts";
import { createWebWorker } from "./web-worker.ts";
import type { WebWorker, WebWorkerHost, WebWorkerOptions } from "./web-worker-types.ts";

export interface PoolOptions extends WebWorkerOptions {
  /** Web workers at most. */
  readonly workers: number;
  /** How long one may have no calls, in milliseconds, before it is ended; one stays. */
  readonly idleMs: number;
  /** Calls that may be unanswered. */
  readonly queueLimit: number;
}

/** Gives calls to web workers, which are started as they are needed, are all set up alike, and are replaced. */
export interface Pool {
  call(call: Call): void;
  cancel(call: Call, reason: unknown): void;
  /** Does something in all web workers, those to come included. Calls that come later wait for it. @param name what it is */
  setUp(step: SetUpStep, name: string): Promise<void>;
  /** Starts so many web workers, and waits until they are ready for calls. */
  warmUp(count?: number): Promise<void>;
  /** The calls in the web worker of each place, undefined where there is none at the moment; and all that are not answered. */
  stats(): { workers: (number | undefined)[]; unanswered: number };
  /** Ends all web workers now. What is not answered rejects. */
  terminate(): void;
  /** Takes no more calls, and ends when those there are have been answered. */
  close(): Promise<void>;
}

/** Where a web worker is, whichever it is at the moment. */
interface Place {
  worker?: WebWorker | undefined;
  /** Calls for this place only. */
  readonly queue: Fifo<Call>;
  /** The last one came to nothing: until then, by `performance.now()`, another one is started only if need be. */
  restUntil: number;
}

/** How long a place rests after a web worker that came to nothing, in milliseconds. */
const REST_MS = 1_000;

export function createPool(options: PoolOptions): Pool {
  const { workers, idleMs, queueLimit } = options;
  const createQueue = () => createFifo<Call>(({ told, worker }) => told || worker !== undefined);
  const queue = createQueue();
  const places = Array.from({ length: workers }, (): Place => ({ queue: createQueue(), restUntil: 0 }));
  /** Those that only finish what they have. */
  const retiring = new Set<WebWorker>();
  const setUps = createSetUps(
    () => lastCall,
    (after, error) => {
      for (const call of drain()) {
        if (call.id > after) refuse([call], error);
        else queueOf(call)?.push(call);
      }
    },
  );
  let unanswered = 0;
  let lastCall = 0;
  let over: TerminatedError | undefined;
  let terminated = false;
  let emptied: (() => void) | undefined;
  let closing: Promise<void> | undefined;
  let stopTimer: (() => void) | undefined;

  const living = () => places.flatMap(({ worker }) => worker ?? []);

  const host: WebWorkerHost = {
    free: dispatch,
    retires(worker) {
      retiring.add(worker);
      leave(worker);
      dispatch();
    },
    ended(worker, unbegun, failure) {
      retiring.delete(worker);
      for (const call of [...unbegun].reverse()) queueOf(call)?.putBack(call);
      const place = leave(worker);
      if (place !== undefined && failure !== undefined) fail(place, failure);
      // each place whose web worker started since has taken them over
      if (setUps.orphans.size > 0) tryToStart(placeOf(undefined) as Place);
      dispatch();
    },
  };

  function placeOf(worker: WebWorker | undefined): Place | undefined {
    return places.find((one) => one.worker === worker);
  }

  function leave(worker: WebWorker): Place | undefined {
    const place = placeOf(worker);
    if (place !== undefined) place.worker = undefined;
    return place;
  }

  function queueOf({ place }: Call): Fifo<Call> | undefined {
    return place === undefined ? queue : places[place]?.queue;
  }

  function answered(): void {
    if (--unanswered === 0) emptied?.();
  }

  function refuse(calls: readonly Call[], error: unknown): void {
    for (const call of calls) answer(call, "reject", error);
  }

  /** Nothing comes of a place: what waits for it need not, nor what waits for any where it was the last. */
  function fail(place: Place, failure: unknown): void {
    place.restUntil = performance.now() + REST_MS;
    refuse(place.queue.drain(), failure);
    for (const abandon of setUps.orphans) abandon(failure);
    if (living().length === 0) refuse(queue.drain(), failure);
  }

  function dispatch(): void {
    if (terminated) return;
    for (const place of places) {
      while (place.queue.first() !== undefined && place.worker?.free()) place.worker.post(place.queue.shift() as Call);
      if (place.queue.first() !== undefined && place.worker === undefined) tryToStart(place);
    }
    while (queue.first() !== undefined) {
      let least: WebWorker | undefined;
      for (const { worker } of places) if (worker?.free() && worker.load < (least?.load ?? Infinity)) least = worker;
      if (least === undefined) break;
      least.post(queue.shift() as Call);
    }
    startMore();
  }

  /** Starts web workers while all there are have something to do: one for each call that may have to wait. */
  function startMore(): void {
    let wanted = unanswered;
    let empty = workers;
    for (const { worker } of places) {
      if (worker === undefined) continue;
      if (worker.settled() && worker.load === 0) return;
      wanted--;
      empty--;
    }
    if (empty === 0) return;
    const now = empty < workers ? performance.now() : Infinity;
    for (const place of places) {
      if (wanted > 0 && place.worker === undefined && place.restUntil < now && tryToStart(place)) wanted--;
    }
  }

  function tryToStart(place: Place): boolean {
    try {
      start(place);
      return true;
    } catch (error) {
      fail(place, error);
      return false;
    }
  }

  /** @throws LoadError where the platform refuses */
  function start(place: Place): WebWorker {
    try {
      place.worker = createWebWorker(options, host);
    } catch (cause) {
      throw new LoadError(`The web worker could not be started: ${(cause as Error).message}`, { cause });
    }
    setUps.replay(place.worker);
    if (workers > 1 && stopTimer === undefined) retireIdle();
    return place.worker;
  }

  /** One stays, be it one that works. */
  function retireIdle(): void {
    stopTimer = startTimer(idleMs / 2, retireIdle);
    const all = living();
    const idle = all.filter((worker) => worker.settled() && worker.load === 0);
    for (const worker of idle.slice(idle.length === all.length ? 1 : 0)) {
      if (worker.idleSince < performance.now() - idleMs) worker.retire();
    }
  }

  return {
    call(call) {
      unanswered++;
      call.id = ++lastCall;
      call.answered = answered;
      const own = queueOf(call);
      const error = over ?? setUps.failure();
      if (error !== undefined) answer(call, "reject", error);
      else if (unanswered > queueLimit) answer(call, "reject", new QueueFullError(`${queueLimit} calls wait already.`));
      else if (own === undefined) answer(call, "reject", new RangeError(`There are web workers 0 to ${workers - 1}.`));
      else {
        own.push(call);
        dispatch();
      }
    },
    cancel(call, reason) {
      if (call.told) return;
      answer(call, "reject", reason);
      call.worker?.cancel(call, reason);
    },
    async setUp(step, name) {
      if (over !== undefined) throw over;
      const all = living();
      await setUps.add(all.length > 0 ? all : [ready(places[0] as Place)], step, name);
    },
    async warmUp(count = workers) {
      await setUps.add(places.slice(0, count).map(ready), { type: "scripts", scripts: [] });
    },
    stats: () => ({ workers: places.map(({ worker }) => worker?.load), unanswered }),
    terminate,
    async close() {
      over ??= new TerminatedError("It was closed.");
      closing ??= new Promise((resolve) => {
        emptied = resolve;
        if (unanswered === 0) resolve();
      });
      await closing;
      terminate();
    },
  };

  /** @throws LoadError where the platform refuses; TerminatedError */
  function ready(place: Place): WebWorker {
    if (over !== undefined) throw over;
    return place.worker ?? start(place);
  }

  function drain(): Call[] {
    return [queue, ...places.map((place) => place.queue)].flatMap((one) => one.drain());
  }

  function terminate(): void {
    over ??= new TerminatedError("It was terminated.");
    terminated = true;
    for (const worker of [...living(), ...retiring]) worker.end(over, false);
    refuse(drain(), over);
    stopTimer?.();
  }
}
