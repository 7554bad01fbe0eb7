/** What became of what one host asked of Redis, since it started: calls of functions of scripts, but for `batches`. */
export class RedisCounts {
  /** Connections that were made: more than one where some were lost. */
  connects = 0;
  /** Requests that were sent, each with one call or many. */
  batches = 0;
  done = 0;
  /** Redis said no: it was full, not ready, or the function failed. */
  failed = 0;
  /** Sent, and the connection was lost before there was an answer. */
  lost = 0;
  /** Never sent, as Redis was away or too much waited for it. */
  refused = 0;
}
