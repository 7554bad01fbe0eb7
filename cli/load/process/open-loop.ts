import { now } from "../clock.ts";
import { dueAt, type Schedule } from "../schedule.ts";
import type { LoadClient } from "./load-client.ts";
import type { LoadModel, LoadSettings } from "./load-model.ts";

/** How often to look what is due, in milliseconds. */
const LOOK_MS = 1;
/** Calls that are due and wait for a client; one more is given up. */
const MOST_WAITING = 1_000_000;
/** Of these, so many that have begun are kept at most. */
const MOST_SERVED = 100_000;

export interface OpenLoopSettings extends LoadSettings {
  readonly schedule: Schedule;
  /** So long after the first call was due no more are, in microseconds; Infinity: no end. */
  readonly lastsUs: number;
  /** Of all calls, this process makes each `step`-th, beginning with the one of this number. */
  readonly first: number;
  readonly step: number;
  /** How many calls there are in all, over all clients of this process; Infinity: no end. */
  readonly total: number;
}

/**
 * Calls begin when they are due, whatever becomes of those before. One that finds no client free waits; its time counts
 * from when it was due all the same, or else a server that stalls would hold up the clock that it is measured with.
 */
export class OpenLoop implements LoadModel {
  readonly #settings: OpenLoopSettings;
  /** Clients with a connection and room for a call, in the order of their turns. */
  readonly #free = new Set<LoadClient>();
  /** When each was due; those before `#served` have begun. */
  #waiting: number[] = [];
  #served = 0;
  #next = 0;
  /** When the first client was there: to connect is no part of a call. In microseconds of the monotonic clock. */
  #beginAt: number | undefined;
  #givenUp = 0;
  #running = 0;
  #over = false;
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  readonly #timer: NodeJS.Timeout;

  constructor(settings: OpenLoopSettings) {
    this.#settings = settings;
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  changed(client: LoadClient): void {
    if (client.open) this.#beginAt ??= now();
    this.#offer(client);
    this.#serve();
  }

  take(): number {
    const givenUp = this.#givenUp;
    this.#givenUp = 0;
    return givenUp;
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#timer);
    this.#givenUp += this.#left;
    this.#waiting = [];
    this.#served = 0;
    if (this.#running === 0) this.#finish();
  }

  finished(): Promise<void> {
    return this.#finished;
  }

  #look(): void {
    const { schedule, first, step, total, lastsUs } = this.#settings;
    if (this.#beginAt === undefined) return;
    const passed = now() - this.#beginAt;
    while (this.#next < total) {
      const due = dueAt(schedule, first + this.#next * step);
      if (due > passed || due >= lastsUs) break;
      this.#next++;
      if (this.#left < MOST_WAITING) this.#waiting.push(this.#beginAt + due);
      else this.#givenUp++;
    }
    this.#serve();
    if (passed >= lastsUs || (this.#next >= total && this.#left === 0)) this.stop();
  }

  #serve(): void {
    for (const client of this.#free) {
      if (this.#left === 0) break;
      // whoever has had its turn is last in the row again
      this.#free.delete(client);
      this.#begin(client, this.#waiting[this.#served++] as number);
      this.#offer(client);
    }
    // not for each call: a long row would be moved each time
    if (this.#served <= MOST_SERVED && this.#left > 0) return;
    this.#waiting.splice(0, this.#served);
    this.#served = 0;
  }

  get #left(): number {
    return this.#waiting.length - this.#served;
  }

  #begin(client: LoadClient, due: number): void {
    this.#running++;
    void client.perform(this.#settings.pick(), due).then(() => {
      this.#running--;
      this.#offer(client);
      if (this.#over && this.#running === 0) this.#finish();
      else if (!this.#over) this.#serve();
    });
  }

  #offer(client: LoadClient): void {
    if (client.open && client.inFlight < this.#settings.depth) this.#free.add(client);
    else this.#free.delete(client);
  }
}
