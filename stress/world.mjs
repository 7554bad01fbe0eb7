import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** What all parts of a run share. */
export class World {
  cluster;
  complaints;
  random;
  /** What happened how often, for the report. */
  counts = new Map();
  /** What was done to processes: `{ at, pid, what }`, by `performance.now()`. */
  blows = [];
  #stop = new AbortController();
  #close = new AbortController();

  constructor(cluster, complaints, random) {
    // everybody's pause is one
    for (const { signal } of [this.#stop, this.#close]) setMaxListeners(0, signal);
    this.cluster = cluster;
    this.complaints = complaints;
    this.random = random;
  }

  get port() {
    return this.cluster.port;
  }

  /** Whether nothing new is to be begun. */
  get stopping() {
    return this.#stop.signal.aborted;
  }

  /** Aborts when nothing new is to be begun. */
  get stopped() {
    return this.#stop.signal;
  }

  /** Whether clients are to go, and not to come back. */
  get closing() {
    return this.#close.signal.aborted;
  }

  stop() {
    this.#stop.abort();
  }

  close() {
    this.#stop.abort();
    this.#close.abort();
  }

  complain(text) {
    this.complaints.add(text);
  }

  count(what, many = 1) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + many);
  }

  /** Waits, but not beyond the moment from which on nothing new is to be begun. */
  async pause(ms) {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  /** The same, up to the moment when clients are to go. */
  async rest(ms) {
    await sleep(ms, undefined, { signal: this.#close.signal }).catch(() => undefined);
  }

  /** Does something again and again until nothing new is to be begun. Resolves then. */
  async repeat(who, step) {
    try {
      while (!this.stopping) await step();
    } catch (error) {
      this.complain(`${who} failed by itself: ${error?.stack ?? error}`);
    }
  }

  /** Whether a process was being killed between two moments, or was gone shortly before. */
  killed(from, to, before) {
    const during = ({ at, over = Number.POSITIVE_INFINITY }) => at <= to && over >= from - before;
    return this.blows.some((blow) => blow.what === "killed" && during(blow));
  }
}
