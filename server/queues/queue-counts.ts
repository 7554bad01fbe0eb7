import type { Enqueued, QueueStats } from "./job-queue.ts";
import type { Outbox } from "./outbox.ts";

/** What has become of jobs, as this process has seen it. */
export class QueueCounts {
  enqueued = 0;
  refused = 0;
  running = 0;
  results = 0;
  errors = 0;
  failures = 0;
  dead = 0;
  expired = 0;

  /** The same, which counts as well. */
  counting(enqueued: Enqueued): Enqueued {
    return (error) => {
      if (error === undefined) this.enqueued++;
      else this.refused++;
      enqueued(error);
    };
  }

  /** All of it, with what the broker does not have yet. */
  stats(connected: boolean, { count, bytes }: Pick<Outbox<never>, "count" | "bytes">): QueueStats {
    return { connected, waiting: count, waitingBytes: bytes, ...this };
  }
}
