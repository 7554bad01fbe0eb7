import { AppError } from "../../client/index.ts";
import { pause } from "./pause.ts";

/** Waited after a heavy call that failed and did not say how long to wait, in milliseconds. */
const ERROR_PAUSE_MS = 500;
/** Waited even where the server asks for less, in milliseconds: refused calls must not go round without end. */
const LEAST_PAUSE_MS = 20;

export interface SweatPlan {
  /** How long light calls are timed in peace, in milliseconds. */
  readonly baselineMs: number;
  /** How long heavy calls are made, in milliseconds. */
  readonly sweatMs: number;
  /** Time from one light call to the next, in milliseconds. */
  readonly lightEveryMs: number;
  /** How many heavy calls are kept in flight. */
  readonly heavyCalls: number;
}

export const SWEAT_PLAN: SweatPlan = { baselineMs: 3_000, sweatMs: 10_000, lightEveryMs: 50, heavyCalls: 8 };

/** What a run calls; both must settle soon after their signal aborts. */
export interface SweatCalls {
  light(signal: AbortSignal): Promise<unknown>;
  heavy(signal: AbortSignal): Promise<unknown>;
}

/** A light call that was answered. */
export interface LightSample {
  /** When it was sent, in milliseconds since the run began. */
  readonly atMs: number;
  readonly tookMs: number;
  /** Whether it was sent while heavy calls were made. */
  readonly sweating: boolean;
}

export type SweatStage = "baseline" | "sweating" | "done";
/** Why a run is over: it ran its time, somebody stopped it, or its connection ended. */
export type SweatEnd = "time" | "stopped" | "lost";

/** Times light calls in peace, then while it keeps a number of heavy calls in flight, then ends. Begins at once. */
export class SweatRun {
  readonly plan: SweatPlan;
  /** Resolves when the run is over and nothing of it is in flight. */
  readonly done: Promise<void>;
  /** Light calls in the order of their answers. */
  readonly samples: LightSample[] = [];
  /** How many heavy calls failed, by code. */
  readonly errors = new Map<string, number>();
  hashes = 0;
  /** Heavy calls that were made and have not been answered. */
  inFlight = 0;
  lightFailures = 0;
  readonly #calls: SweatCalls;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #abort = new AbortController();
  #sweatingSince: number | undefined;
  #ended: { readonly how: SweatEnd; readonly at: number } | undefined;

  /** @param now a clock that only goes forward, in milliseconds */
  constructor(calls: SweatCalls, plan: SweatPlan = SWEAT_PLAN, now: () => number = () => performance.now()) {
    this.#calls = calls;
    this.plan = plan;
    this.#now = now;
    this.#startedAt = now();
    this.done = this.#go();
  }

  get stage(): SweatStage {
    if (this.#ended !== undefined) return "done";
    return this.#sweatingSince === undefined ? "baseline" : "sweating";
  }

  /** Undefined while it runs. */
  get end(): SweatEnd | undefined {
    return this.#ended?.how;
  }

  /** How long it has been sweating, or did, in milliseconds. Undefined before. */
  get sweatedMs(): number | undefined {
    if (this.#sweatingSince === undefined) return undefined;
    return (this.#ended?.at ?? this.#now()) - this.#sweatingSince;
  }

  /** When heavy calls began, in milliseconds since the run began. Undefined before. */
  get sweatStartMs(): number | undefined {
    return this.#sweatingSince === undefined ? undefined : this.#sweatingSince - this.#startedAt;
  }

  /** Ends the run and cancels what is in flight; does nothing where it is over already. */
  stop(how: SweatEnd = "stopped"): void {
    if (this.#ended !== undefined) return;
    this.#ended = { how, at: this.#now() };
    this.#abort.abort(new AppError("CANCELLED", "The run is over."));
  }

  async #go(): Promise<void> {
    const { baselineMs, sweatMs, lightEveryMs, heavyCalls } = this.plan;
    // the first one also pays for code that has never run; to count it would make the baseline look slow
    const light = [this.#light(false)];
    // by the clock, not each after the answer to the one before: that would skip the very calls that a stall delays
    const timer = setInterval(() => light.push(this.#light(true)), lightEveryMs);
    await pause(baselineMs, this.#abort.signal);
    const heavy: Promise<void>[] = [];
    if (this.stage !== "done") {
      this.#sweatingSince = this.#now();
      for (let made = 0; made < heavyCalls; made++) heavy.push(this.#keepBusy());
      await pause(sweatMs, this.#abort.signal);
      this.stop("time");
    }
    clearInterval(timer);
    await Promise.all([...light, ...heavy]);
  }

  async #light(counted: boolean): Promise<void> {
    const sentAt = this.#now();
    const sweating = this.#sweatingSince !== undefined;
    try {
      await this.#calls.light(this.#abort.signal);
      if (!counted || this.stage === "done") return;
      this.samples.push({ atMs: sentAt - this.#startedAt, tookMs: this.#now() - sentAt, sweating });
    } catch {
      if (this.stage !== "done") this.lightFailures++;
    }
  }

  /** Makes one heavy call after the other. */
  async #keepBusy(): Promise<void> {
    while (this.stage !== "done") {
      const waitMs = await this.#heavy();
      if (waitMs > 0) await pause(waitMs, this.#abort.signal);
    }
  }

  /** Returns how long to wait before the next one, in milliseconds. */
  async #heavy(): Promise<number> {
    this.inFlight++;
    try {
      await this.#calls.heavy(this.#abort.signal);
      if (this.stage !== "done") this.hashes++;
      return 0;
    } catch (error) {
      if (this.stage === "done") return 0;
      const code = error instanceof AppError ? error.code : String(Object(error).name ?? "Error");
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
      // a timer of more than 2^31 milliseconds would fire at once
      return Math.min(Math.max(retryAfterMs(error), LEAST_PAUSE_MS), this.plan.sweatMs);
    } finally {
      this.inFlight--;
    }
  }
}

function retryAfterMs(error: unknown): number {
  const asked: unknown = error instanceof AppError ? Object(error.details).retryAfterMs : undefined;
  return typeof asked === "number" && asked >= 0 ? asked : ERROR_PAUSE_MS;
}
