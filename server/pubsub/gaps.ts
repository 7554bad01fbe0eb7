import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Connection } from "../connection/connection.ts";

/**
 * What of the bus is publications that will not come: whoever was to get them has to come back, and hears so then.
 * @param connections all that are here
 */
export function gapFrames(connections: { values(): Iterable<Connection> }) {
  const gaps = new Set<string>();
  const drop = (): void => {
    for (const connection of connections.values()) {
      for (const channel of connection.channels ?? []) {
        if (!gaps.has(channel)) continue;
        connection.dropped();
        break;
      }
    }
    gaps.clear();
  };
  return {
    [BusType.GAP]({ channel }: BusFrame) {
      // where Redis has forgotten everything it is all channels at once: one look is enough for them
      if (gaps.size === 0) setImmediate(drop);
      gaps.add(channel);
    },
  };
}
