import { MAX_TIMER_MS } from "../../../shared/limit.ts";
import { now } from "../clock.ts";
import type { Plan } from "../plan.ts";
import { connectAt, shareOf } from "../schedule.ts";
import { ClosedLoop } from "./closed-loop.ts";
import { LoadClient, prepareWork } from "./load-client.ts";
import { type LoadModel, pickByShare } from "./load-model.ts";
import type { FromProcess, Tick, ToProcess } from "./messages.ts";
import { OpenLoop } from "./open-loop.ts";
import { countingSockets, translatingSockets } from "./sockets.ts";
import { Tally } from "./tally.ts";

const TICK_US = 250_000;
const US_PER_MS = 1_000;
/** Calls that were due, and for which there was no client until the end. */
const NOT_SENT = "NOT_SENT";
/** What the end waits for beyond the time that calls may take, in milliseconds. */
const GRACE_MS = 1_000;
/** When nothing has happened for so long that should have, nobody waits for the server to come back, in microseconds. */
const IDLE_US = 60_000_000;

type Begin = Extract<ToProcess, { readonly type: "begin" }>;

/** The part of a run that one process has: its clients, and what they meet with. */
export class LoadRun {
  readonly #plan: Plan;
  readonly #beginAt: number;
  readonly #tell: (message: FromProcess) => void;
  readonly #tally: Tally;
  readonly #model: LoadModel;
  readonly #clients: LoadClient[] = [];
  readonly #cpu = process.cpuUsage();
  readonly #timers: NodeJS.Timeout[] = [];
  #ticking: NodeJS.Timeout | undefined;
  #reportedAt = now();
  #movedAt = now();
  #toldFinished = false;
  #ended = false;

  constructor({ plan, index, beginAt, run }: Begin, tell: (message: FromProcess) => void) {
    this.#plan = plan;
    this.#beginAt = beginAt;
    this.#tell = tell;
    this.#tally = new Tally(plan.actions.length, plan.rate > 0);
    const sockets = plan.subprotocol === "json" ? translatingSockets : countingSockets;
    const work = prepareWork(plan, run, sockets(this.#tally.bytes));
    const { from, count } = shareOf(plan.clients, index, plan.processes);
    this.#model = modelFor(plan, index, count);
    this.#at(beginAt, () => this.#connect(from, count, (at) => this.#add(work, from + at)));
    const { durationS, rampS } = plan;
    // where calls are due at their time, the last one is due a little later: see OpenLoop
    const laterUs = plan.rate > 0 ? plan.timeoutMs * US_PER_MS : 0;
    if (durationS > 0) this.#at(beginAt + (rampS + durationS) * 1e6 + laterUs, () => this.stop());
    this.#tick(beginAt + TICK_US);
    void this.#model.finished().then(() => this.#finished());
  }

  /** Lets no more calls begin; those under way are answered, or have their time. */
  stop(): void {
    this.#model.stop();
    this.#at(now() + (this.#plan.timeoutMs * this.#plan.attempts + GRACE_MS) * US_PER_MS, () => this.#finished());
  }

  /** Closes all connections, and says what is left to say. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#ticking);
    this.#report(0);
    for (const client of this.#clients) client.close();
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#tell({ type: "done", cpuS: (user + system) / 1e6, memoryBytes: process.memoryUsage.rss() });
  }

  /** Connects clients when it is their turn: one after the other, or many at once where all come together. */
  #connect(from: number, count: number, add: (at: number) => void): void {
    const { rampS, clients } = this.#plan;
    let at = 0;
    const next = () => {
      const passed = now() - this.#beginAt;
      for (; at < count && connectAt(rampS, from + at, clients) <= passed; at++) add(at);
      if (at < count) this.#at(this.#beginAt + connectAt(rampS, from + at, clients), next);
    };
    next();
  }

  #add(work: ReturnType<typeof prepareWork>, index: number): void {
    if (this.#ended) return;
    this.#clients.push(new LoadClient(work, this.#tally, index, (client) => this.#model.changed(client)));
  }

  #at(us: number, callback: () => void): void {
    const ms = Math.max(0, (us - now()) / US_PER_MS);
    this.#timers.push(setTimeout(callback, Math.min(ms, MAX_TIMER_MS)));
  }

  #tick(at: number): void {
    clearTimeout(this.#ticking);
    const callback = () => {
      this.#report(Math.max(0, now() - at));
      this.#tick(Math.max(at, now() - TICK_US) + TICK_US);
    };
    this.#ticking = setTimeout(callback, Math.max(0, (at - now()) / US_PER_MS));
  }

  #report(lateUs: number): void {
    const unsent = this.#model.take();
    if (unsent > 0) this.#tally.failed(0, NOT_SENT, unsent);
    const time = now();
    const last = this.#reportedAt;
    const tick = this.#tally.take({
      // timers are never on time to the moment: what lies in the middle lies in the same step all the same
      step: this.#stepOf((last + time) / 2),
      fromStep: this.#stepOf(last + TICK_US / 2),
      untilStep: this.#stepOf(Math.max(last, time - TICK_US / 2)),
      ms: (time - last) / US_PER_MS,
      lagMs: lateUs / US_PER_MS,
    });
    this.#tell({ type: "tick", ...tick });
    this.#reportedAt = time;
    if (hasMoved(tick)) this.#movedAt = time;
    const nobodyLeft = this.#clients.length > 0 && this.#clients.every((client) => client.closed);
    if (nobodyLeft || time - this.#movedAt > IDLE_US + longestPauseUs(this.#plan)) this.#model.stop();
  }

  #stepOf(time: number): number {
    return Math.max(0, Math.floor((time - this.#beginAt) / (this.#plan.stepMs * US_PER_MS)));
  }

  /** The others may not be so far: who subscribes stays for what they publish. */
  #finished(): void {
    if (this.#toldFinished) return;
    this.#toldFinished = true;
    this.#tell({ type: "finished" });
  }
}

/** Whether calls were made, or clients have come. */
function hasMoved({ actions, counts, inFlight }: Tick): boolean {
  const calls = actions.some(({ ok, errors }) => ok > 0 || Object.keys(errors).length > 0);
  return calls || inFlight > 0 || counts.opened > 0 || counts.reconnected > 0;
}

/** How long nothing may happen in a run as it was planned. */
function longestPauseUs({ rampS, delayMs, rate, processes }: Plan): number {
  return rampS * 1e6 + delayMs * US_PER_MS + (rate > 0 ? (processes / rate) * 1e6 : 0);
}

function modelFor(plan: Plan, index: number, clients: number): LoadModel {
  const { delayMs, depth, durationS, rate, rampS, processes } = plan;
  const iterations = plan.iterations || Number.POSITIVE_INFINITY;
  const settings = { iterations, delayMs, depth, pick: pickByShare(plan.actions.map(({ share }) => share)) };
  if (rate === 0) return new ClosedLoop(settings, clients);
  const lastsUs = durationS > 0 ? (rampS + durationS) * 1e6 : Number.POSITIVE_INFINITY;
  const schedule = { rate, rampS };
  return new OpenLoop({ ...settings, schedule, lastsUs, first: index, step: processes, total: iterations * clients });
}
