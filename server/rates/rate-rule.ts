import { limitPer, type Rate } from "./rate.ts";

/** Whose calls, or publications, are counted together. */
export type RateLimitBy = "connection" | "user" | "ip" | `tag:${string}`;

/** How often something of an application may be done. */
export interface RateLimit {
  /** How many at once, and in `perMs` milliseconds on average. */
  readonly limit: number;
  /** Milliseconds in which `limit` of them become possible again, one after the other. */
  readonly perMs: number;
  /**
   * Whose are counted together: those of a connection; of the session's user, on all connections of the host, and of the
   * IP address where there is no user; of an IP address, on all connections of the host; or, as `tag:room`, of all
   * connections of the host that have the same value of a tag, and of the IP address of those that have no such tag.
   * @default "connection"
   */
  readonly by?: RateLimitBy;
}

/** The same, ready to be used. */
export interface RateRule {
  /** Tells it from all others. */
  readonly name: string;
  readonly by: RateLimitBy;
  /** The tag's name, where it goes by one. */
  readonly tag: string | undefined;
  readonly rate: Rate;
}

const BY: readonly string[] = ["connection", "user", "ip"] satisfies RateLimitBy[];
const TAG = /^tag:(.{1,255})$/su;
const MOST_LIMIT = 1_000_000_000;
const MOST_MS = 86_400_000;
const KNOWN: readonly string[] = ["limit", "perMs", "by"] satisfies (keyof RateLimit)[];

/** @param name of what it is for @throws RangeError where it makes no sense */
export function rateRule(name: string, rateLimit: RateLimit | undefined): RateRule | undefined {
  if (rateLimit === undefined) return undefined;
  if (typeof rateLimit !== "object" || rateLimit === null) throw new RangeError("rateLimit must be { limit, perMs }.");
  const { limit, perMs, by = "connection" } = rateLimit;
  const unknown = Object.keys(rateLimit).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw new RangeError(`rateLimit.${unknown} is not known.`);
  check("limit", limit, MOST_LIMIT);
  check("perMs", perMs, MOST_MS);
  const [, tag] = TAG.exec(String(by)) ?? [];
  if (tag === undefined && !BY.includes(by)) {
    throw new RangeError(`rateLimit.by must be one of ${BY.join(", ")}, or tag: and a tag's name, not ${String(by)}.`);
  }
  return { name, by, tag, rate: limitPer(limit, perMs) };
}

function check(key: "limit" | "perMs", value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(`rateLimit.${key} must be a whole number from 1 to ${most}, not ${String(value)}.`);
}
