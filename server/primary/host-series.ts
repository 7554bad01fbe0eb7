import type { SharedHosts } from "../hosts/shared-hosts.ts";
import type { SnapshotBuilder } from "../metrics/snapshot.ts";

/** What several hosts have in common, as this one knows it. */
export type Sharing = Pick<SharedHosts, "isUp" | "waiting" | "counts"> & {
  readonly registry: Pick<SharedHosts["registry"], "alive">;
};

/** How it is with what hosts share. */
export function addHosts(snapshot: SnapshotBuilder, { isUp, waiting, counts, registry }: Sharing): void {
  snapshot.add("fugitive_hosts", [], registry.alive.size);
  snapshot.add("fugitive_redis_up", [], isUp ? 1 : 0);
  snapshot.add("fugitive_redis_connects_total", [], counts.connects);
  snapshot.add("fugitive_redis_batches_total", [], counts.batches);
  for (const outcome of ["done", "failed", "lost", "refused"] as const) {
    snapshot.add("fugitive_redis_calls_total", [outcome], counts[outcome]);
  }
  snapshot.add("fugitive_redis_waiting_bytes", [], waiting);
}
