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
}
