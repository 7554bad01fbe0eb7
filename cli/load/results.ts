import { addCounts, type Counts, noCounts } from "./counts.ts";
import { HdrHistogram, type Latency } from "./hdr-histogram.ts";
import type { Plan } from "./plan.ts";
import type { ConnectionCounts, Tick } from "./process/messages.ts";

/** Steps for which all is kept: what a process tells late still finds its step. */
const OPEN_STEPS = 8;
/** Steps that are kept; what comes later counts in the last one. A day has fewer. */
const MOST_STEPS = 200_000;
/** For so many steps a process may be too busy to say anything. */
const MOST_FILLED = 600;

/** One kind of action in one step, or in all. */
export interface Count {
  ok: number;
  errors: Counts;
}

/** What has happened within one step, of all processes together. Durations in microseconds. */
export interface Step {
  /** Since the start, in seconds. */
  readonly at: number;
  readonly connected: number;
  readonly inFlight: number;
  readonly opened: number;
  readonly failed: number;
  readonly lost: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of the process whose event loop was busiest. */
  readonly busy: number;
  readonly lagMs: number;
  readonly actions: readonly (Count & { readonly latency: Latency })[];
  readonly deliveries: Latency;
}

interface OpenStep extends Mutable<Omit<Step, "actions" | "deliveries" | "at">> {
  readonly actions: readonly (Count & { readonly response: HdrHistogram })[];
  readonly deliveries: HdrHistogram;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Puts together what all processes tell. */
export class Results {
  readonly actions: readonly (Count & { readonly response: HdrHistogram; readonly service: HdrHistogram })[];
  readonly connects = new HdrHistogram();
  readonly deliveries = new HdrHistogram();
  readonly counts: ConnectionCounts = { opened: 0, failed: 0, lost: 0, reconnected: 0, resumed: 0, ended: 0 };
  readonly closes = noCounts();
  readonly bytes = { in: 0, out: 0 };
  strangers = 0;
  readonly #plan: Plan;
  readonly #steps: (OpenStep | Step)[] = [];
  readonly #last: { connected: number; inFlight: number }[];
  readonly #busy: { sum: number; ms: number }[];
  #settled = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.actions = plan.actions.map(() => ({
      ...{ ok: 0, errors: noCounts() },
      response: new HdrHistogram(),
      service: new HdrHistogram(),
    }));
    this.#last = Array.from({ length: plan.processes }, () => ({ connected: 0, inFlight: 0 }));
    this.#busy = Array.from({ length: plan.processes }, () => ({ sum: 0, ms: 0 }));
  }

  add(tick: Tick, process: number): void {
    const step = this.#stepAt(tick.step);
    for (const [index, told] of tick.actions.entries()) {
      const total = this.actions[index];
      const within = step.actions[index];
      if (total === undefined || within === undefined) continue;
      for (const count of [total, within]) {
        count.ok += told.ok;
        addCounts(count.errors, told.errors);
        count.response.add(told.response);
      }
      if (told.service !== undefined) total.service.add(told.service);
    }
    this.connects.add(tick.connects);
    this.deliveries.add(tick.deliveries);
    step.deliveries.add(tick.deliveries);
    this.strangers += tick.strangers;
    for (const key of Object.keys(tick.counts) as (keyof ConnectionCounts)[]) this.counts[key] += tick.counts[key];
    addCounts(this.closes, tick.closes);
    this.bytes.in += tick.bytesIn;
    this.bytes.out += tick.bytesOut;
    this.#last[process] = tick;
    const busy = this.#busy[process];
    if (busy !== undefined) {
      busy.sum += tick.busy * tick.ms;
      busy.ms += tick.ms;
    }
    step.opened += tick.counts.opened;
    step.failed += tick.counts.failed;
    step.lost += tick.counts.lost;
    step.bytesIn += tick.bytesIn;
    step.bytesOut += tick.bytesOut;
    this.#setState(tick);
  }

  get connected(): number {
    return this.#last.reduce((sum, { connected }) => sum + connected, 0);
  }

  get inFlight(): number {
    return this.#last.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  get ok(): number {
    return this.actions.reduce((sum, { ok }) => sum + ok, 0);
  }

  /** How many failed, by code, of all actions. */
  get errors(): Counts {
    const all = noCounts();
    for (const { errors } of this.actions) addCounts(all, errors);
    return all;
  }

  /** Part of its time in which each process was busy. */
  get busy(): readonly number[] {
    return this.#busy.map(({ sum, ms }) => (ms === 0 ? 0 : sum / ms));
  }

  /** Of all actions together, from when they were due. */
  latency(): Latency {
    const all = new HdrHistogram();
    for (const { response } of this.actions) all.add(response.copy());
    return all.latency();
  }

  /** All steps so far, in order. */
  steps(): readonly Step[] {
    return this.#steps.map((step, index) => this.#settle(step, index));
  }

  /** What is so, rather than what has happened, was so in all steps that a tick is about. */
  #setState({ fromStep, untilStep, busy, lagMs }: Tick): void {
    const { connected, inFlight } = this;
    const last = Math.min(untilStep, fromStep + MOST_FILLED, MOST_STEPS - 1);
    for (let index = Math.min(fromStep, last); index <= last; index++) {
      const step = this.#stepAt(index);
      step.busy = Math.max(step.busy, busy);
      step.lagMs = Math.max(step.lagMs, lagMs);
      step.connected = connected;
      step.inFlight = inFlight;
    }
  }

  #stepAt(index: number): OpenStep {
    const wanted = Math.min(index, MOST_STEPS - 1);
    while (this.#steps.length <= wanted) {
      this.#steps.push(emptyStep(this.#plan));
      // one by one: after a machine has slept there are many, whose histograms would not all have room
      const settled = this.#steps[this.#settled];
      if (settled === undefined || this.#steps.length - this.#settled <= OPEN_STEPS) continue;
      this.#steps[this.#settled] = this.#settle(settled, this.#settled);
      this.#settled++;
    }
    // one that is settled already is a process's that hangs far behind: that counts where there is room for it
    return this.#steps[Math.max(wanted, this.#settled)] as OpenStep;
  }

  #settle(step: OpenStep | Step, index: number): Step {
    if ("at" in step) return step;
    const { actions, deliveries, ...numbers } = step;
    return {
      at: (index * this.#plan.stepMs) / 1_000,
      ...numbers,
      actions: actions.map(({ ok, errors, response }) => ({ ok, errors, latency: response.latency() })),
      deliveries: deliveries.latency(),
    };
  }
}

function emptyStep(plan: Plan): OpenStep {
  return {
    ...{ connected: 0, inFlight: 0, opened: 0, failed: 0, lost: 0, bytesIn: 0, bytesOut: 0, busy: 0, lagMs: 0 },
    actions: plan.actions.map(() => ({ ok: 0, errors: noCounts(), response: new HdrHistogram() })),
    deliveries: new HdrHistogram(),
  };
}
