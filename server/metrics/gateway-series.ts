import type { SinkCounters } from "../gateway/event-sink.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

/** How the brokers are that get events of raw paths, by what they are. */
export type GatewayCounters = Readonly<Record<string, SinkCounters>>;

/** Adds what became of events of raw paths. */
export function addGateway(snapshot: SnapshotBuilder, counters: GatewayCounters, worker: string): void {
  for (const [broker, { connected, sent, buffered, bufferedBytes, dropped }] of Object.entries(counters)) {
    snapshot.add("fugitive_gateway_up", [broker, worker], connected ? 1 : 0);
    snapshot.add("fugitive_gateway_events_total", [broker, "sent"], sent);
    snapshot.add("fugitive_gateway_events_total", [broker, "dropped"], dropped);
    snapshot.add("fugitive_gateway_waiting_events", [broker, worker], buffered);
    snapshot.add("fugitive_gateway_waiting_bytes", [broker, worker], bufferedBytes);
  }
}
