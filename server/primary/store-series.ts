import type { SnapshotBuilder } from "../metrics/snapshot.ts";
import type { Stores } from "./create-bus-hub.ts";
import type { QueueDesk } from "./queued/queue-desk.ts";

/** What is known of jobs for remote workers. */
export type Jobs = Pick<QueueDesk, "queue" | "counts">;

/** How much the primary keeps of what outlives socket workers. */
export function addStores(snapshot: SnapshotBuilder, stores: Stores): void {
  const { sessions, answers, queued, histories, presence, peers } = stores;
  snapshot.add("fugitive_sessions", ["connected"], sessions.size - sessions.away);
  snapshot.add("fugitive_sessions", ["away"], sessions.away);
  snapshot.add("fugitive_kept_answers", [], answers.size);
  snapshot.add("fugitive_kept_answers_bytes", [], answers.bytes);
  snapshot.add("fugitive_histories", [], histories.size);
  snapshot.add("fugitive_history_bytes", [], histories.bytes);
  snapshot.add("fugitive_presence_channels", [], presence.size);
  snapshot.add("fugitive_presence_bytes", [], presence.spent);
  snapshot.add("fugitive_peers", [], peers.size);
  snapshot.add("fugitive_queued_calls", [], queued.size);
  snapshot.add("fugitive_queued_answers_bytes", [], queued.bytes);
}

/** What becomes of jobs for remote workers; nothing where an application has none. */
export function addJobs(snapshot: SnapshotBuilder, { queue, counts }: Jobs): void {
  if (queue === undefined) return;
  const { connected, waiting, enqueued, refused } = queue.stats();
  snapshot.add("fugitive_job_queue_up", [], connected ? 1 : 0);
  snapshot.add("fugitive_jobs_waiting", [], waiting);
  for (const [outcome, count] of Object.entries({ queued: enqueued, refused, ...counts })) {
    snapshot.add("fugitive_jobs_total", [outcome], count);
  }
}
