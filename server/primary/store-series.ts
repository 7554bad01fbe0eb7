import type { SnapshotBuilder } from "../metrics/snapshot.ts";
import type { Stores } from "./create-bus-hub.ts";

/** How much the primary keeps of what outlives socket workers. */
export function addStores(snapshot: SnapshotBuilder, stores: Stores): void {
  const { sessions, answers, histories, presence, peers } = stores;
  snapshot.add("fugitive_sessions", ["connected"], sessions.size - sessions.away);
  snapshot.add("fugitive_sessions", ["away"], sessions.away);
  snapshot.add("fugitive_kept_answers", [], answers.size);
  snapshot.add("fugitive_kept_answers_bytes", [], answers.bytes);
  snapshot.add("fugitive_histories", [], histories.size);
  snapshot.add("fugitive_history_bytes", [], histories.bytes);
  snapshot.add("fugitive_presence_channels", [], presence.size);
  snapshot.add("fugitive_presence_bytes", [], presence.spent);
  snapshot.add("fugitive_peers", [], peers.size);
}
