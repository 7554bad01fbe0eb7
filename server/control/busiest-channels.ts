import type { Entry } from "../pubsub/entry.ts";
import type { ChannelTops } from "./control-questions.ts";

type Counted = Pick<Entry, "subscribers" | "delivered">;
type Top = readonly [name: string, subscribers: number, delivered: number];

/** Channels that one question looks at: a look at each of a million would be felt by those who wait. */
const MOST_LOOKED_AT = 20_000;
const MOST_TOLD = 100;
const SUBSCRIBERS = 1;
const DELIVERED = 2;

/**
 * The channels with most subscribers and those with most deliveries, `most` of each. Deliveries are counted anew from
 * then on.
 */
export function busiestChannels(entries: Iterable<readonly [string, Counted]>, most: number): ChannelTops {
  const found: Top[] = [];
  let more = false;
  for (const [name, entry] of entries) {
    more = found.length === MOST_LOOKED_AT;
    if (more) break;
    found.push([name, entry.subscribers, entry.delivered]);
    entry.delivered = 0;
  }
  const count = Math.min(most, MOST_TOLD);
  return { channels: [...new Set([...tops(found, SUBSCRIBERS, count), ...tops(found, DELIVERED, count)])], more };
}

function tops(found: readonly Top[], by: typeof SUBSCRIBERS | typeof DELIVERED, count: number): readonly Top[] {
  return found.toSorted((one, other) => other[by] - one[by]).slice(0, count);
}
