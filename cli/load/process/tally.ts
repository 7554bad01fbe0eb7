import { performance } from "node:perf_hooks";
import { addCount, type Counts, noCounts } from "../counts.ts";
import { HdrHistogram } from "../hdr-histogram.ts";
import { plain } from "../plain.ts";
import type { ConnectionCounts, Tick } from "./messages.ts";

interface ActionTally {
  ok: number;
  errors: Counts;
  readonly response: HdrHistogram;
  readonly service: HdrHistogram | undefined;
}

/** What all clients of one process have met with since it was last looked at. */
export class Tally {
  readonly bytes = { in: 0, out: 0 };
  connected = 0;
  inFlight = 0;
  strangers = 0;
  readonly connects = new HdrHistogram();
  readonly deliveries = new HdrHistogram();
  readonly #actions: ActionTally[];
  #counts = noConnections();
  #closes = noCounts();
  #loop = performance.eventLoopUtilization();

  /** @param due whether calls are due at a time, so that to be answered and to be served are two things */
  constructor(actions: number, due: boolean) {
    this.#actions = Array.from({ length: actions }, () => ({
      ...{ ok: 0, errors: noCounts() },
      response: new HdrHistogram(),
      service: due ? new HdrHistogram() : undefined,
    }));
  }

  answered(action: number, responseUs: number, serviceUs: number): void {
    const tally = this.#actions[action] as ActionTally;
    tally.ok++;
    tally.response.record(responseUs);
    tally.service?.record(serviceUs);
  }

  failed(action: number, code: string, times = 1): void {
    addCount((this.#actions[action] as ActionTally).errors, plain(code), times);
  }

  count(what: keyof ConnectionCounts): void {
    this.#counts[what]++;
  }

  closed(words: string): void {
    addCount(this.#closes, plain(words));
  }

  /** Gives all of it, and begins anew. */
  take(when: Pick<Tick, "step" | "fromStep" | "untilStep" | "ms" | "lagMs">): Tick {
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    this.#loop = loop;
    const tick: Tick = {
      ...when,
      actions: this.#actions.map(({ ok, errors, response, service }) => ({
        ...{ ok, errors },
        response: response.take(),
        service: service?.take(),
      })),
      connects: this.connects.take(),
      deliveries: this.deliveries.take(),
      strangers: this.strangers,
      counts: this.#counts,
      closes: this.#closes,
      bytesIn: this.bytes.in,
      bytesOut: this.bytes.out,
      connected: this.connected,
      inFlight: this.inFlight,
      busy: Number.isFinite(utilization) ? utilization : 0,
    };
    for (const tally of this.#actions) {
      tally.ok = 0;
      tally.errors = noCounts();
    }
    this.#counts = noConnections();
    this.#closes = noCounts();
    this.bytes.in = 0;
    this.bytes.out = 0;
    this.strangers = 0;
    return tick;
  }
}

function noConnections(): ConnectionCounts {
  return { opened: 0, failed: 0, lost: 0, reconnected: 0, resumed: 0, ended: 0 };
}
