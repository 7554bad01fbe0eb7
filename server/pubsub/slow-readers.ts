/**
 * What becomes of subscribers that read more slowly than is published: `close` closes them with 4508, for them to come back
 * and recover what they missed; `drop-oldest` leaves out the oldest publications that wait; `latest` leaves out all but the
 * newest one of each channel.
 */
export type SlowReaderPolicy = "close" | "drop-oldest" | "latest";

const POLICIES: ReadonlySet<unknown> = new Set(["close", "drop-oldest", "latest"]);

/** @throws RangeError where it is no policy */
export function slowReaderPolicy(policy: SlowReaderPolicy | undefined): SlowReaderPolicy {
  if (policy === undefined) return "close";
  if (!POLICIES.has(policy)) throw new RangeError('slowReaders must be "close", "drop-oldest" or "latest".');
  return policy;
}
