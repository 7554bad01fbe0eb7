import type { Counters } from "../metrics.ts";
import type { LabelsOf, NamesOf } from "./definitions.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

type CounterSeries = {
  [Name in NamesOf<"counter">]: readonly [name: Name, labels: LabelsOf<Name>];
}[NamesOf<"counter">];

/** What Prometheus calls each counter of a socket worker. One that is missing here is an error of types. */
const SERIES: Readonly<Record<keyof Counters, CounterSeries>> = {
  malformed: ["fugitive_messages_refused_total", ["malformed"]],
  undecodable: ["fugitive_messages_refused_total", ["undecodable"]],
  ignored: ["fugitive_messages_refused_total", ["ignored"]],
  slowReaders: ["fugitive_slow_readers_total", []],
  leftOut: ["fugitive_publications_left_out_total", []],
  recovered: ["fugitive_recoveries_total", ["recovered"]],
  unrecovered: ["fugitive_recoveries_total", ["unrecovered"]],
  dead: ["fugitive_connections_dead_total", []],
  rateLimited: ["fugitive_rate_limited_total", []],
  dropped: ["fugitive_publications_dropped_total", []],
  flooded: ["fugitive_connections_flooded_total", []],
  refusedConnects: ["fugitive_connects_refused_total", []],
  newSessions: ["fugitive_hellos_total", ["new"]],
  resumed: ["fugitive_hellos_total", ["resumed"]],
  notResumed: ["fugitive_hellos_total", ["lost"]],
  notYetResumed: ["fugitive_hellos_total", ["later"]],
  unauthenticated: ["fugitive_hellos_total", ["unauthenticated"]],
  calls: ["fugitive_calls_started_total", []],
  published: ["fugitive_publications_total", []],
  refused: ["fugitive_publications_refused_total", []],
  delivered: ["fugitive_publications_received_total", []],
};

export function addCounters(snapshot: SnapshotBuilder, counters: Counters): void {
  for (const [key, [name, labels]] of Object.entries(SERIES)) {
    snapshot.add(name, labels as never, counters[key as keyof Counters]);
  }
}
