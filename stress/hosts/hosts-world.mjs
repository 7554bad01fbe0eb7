import { World } from "../world.mjs";

/** What all parts of a run with several hosts share. */
export class HostsWorld extends World {
  /** What is allowed, and worth a look, in words for people. */
  notes = [];

  /**
   * Whether something of a host was being killed at a moment, or was up to so long after it. What happens while Redis is away
   * it hears of when it is back: so long after that.
   */
  harmed(host, at, after) {
    const until =
      Math.max(at, ...this.blows.filter(({ what }) => what === "Redis").map((away) => endOf(away, at))) + after;
    return this.blows.some((blow) => blow.hosts.includes(host) && blow.at <= until && overOf(blow) >= at);
  }
}

function overOf({ over = Number.POSITIVE_INFINITY }) {
  return over;
}

/** When it was over, of what was under way at a moment; otherwise that. */
function endOf(blow, at) {
  return blow.at <= at && overOf(blow) >= at ? overOf(blow) : at;
}
