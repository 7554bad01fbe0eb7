import type { Stats } from "../../dashboard/stats.ts";
import { byId } from "../dom.ts";
import { amount, bytes, count, duration, rate, UNKNOWN } from "./figures.ts";

type Tile = readonly [id: string, value: (stats: Stats) => string, below: (stats: Stats) => string];

const PER_SECOND = "/s";

const TILES: readonly Tile[] = [
  [
    "connections",
    ({ workers }) => count(workers.reduce((sum, { connections = 0 }) => sum + connections, 0)),
    ({ workers }) => {
      const silent = workers.filter((worker) => worker.silent).length;
      return silent > 0 ? `${amount(silent, "worker")} silent` : `on ${amount(workers.length, "worker")}`;
    },
  ],
  [
    "messages",
    ({ rates }) => perSecond(rates?.received),
    ({ rates }) => (rates ? `${rate(rates.sent)}/s out` : "not known"),
  ],
  [
    "calls",
    ({ rates }) => perSecond(rates?.calls),
    ({ rates }) => (rates ? `${rate(rates.failedCalls)}/s failed` : "not known"),
  ],
  [
    "deliveries",
    ({ rates }) => perSecond(rates?.deliveries),
    ({ rates }) => (rates ? `of ${rate(rates.publications)}/s published` : "not known"),
  ],
  [
    "latency",
    ({ latency }) => duration(latency?.p50),
    ({ latency, rates }) => (latency ? `p99 ${duration(latency.p99)}` : rates ? "no calls now" : "not known"),
  ],
  [
    "compute",
    ({ compute }) => (compute === undefined ? "none" : count(compute.queued)),
    ({ compute }) => {
      if (compute === undefined) return "no tasks here";
      return compute.silent ? "silent" : `${count(compute.running)} of ${amount(compute.threads ?? 0, "thread")} busy`;
    },
  ],
  [
    "slow",
    ({ troubles }) => count(troubles?.slowReaders),
    ({ troubles }) => (troubles ? `${count(troubles.dropped)} dropped` : "not known"),
  ],
  ["limited", ({ troubles }) => count(troubles?.rateLimited), ({ troubles }) => (troubles ? "requests" : "not known")],
];

/** The figures at the top. */
export function showTiles(stats: Stats): void {
  for (const [id, value, below] of TILES) {
    byId(`tile-${id}`, HTMLElement).textContent = value(stats);
    byId(`sub-${id}`, HTMLElement).textContent = below(stats);
  }
  const { rates } = stats;
  const traffic = rates && `${bytes(rates.bytesIn)} in, ${bytes(rates.bytesOut)} out`;
  byId("traffic", HTMLElement).textContent = traffic ?? "";
}

function perSecond(value: number | undefined): string {
  return value === undefined ? UNKNOWN : `${rate(value)}${PER_SECOND}`;
}
