import { World } from "../world.mjs";

/** What all parts of a run with several hosts share. */
export class HostsWorld extends World {
  /** What is allowed, and worth a look, in words for people. */
  notes = [];

  /**
   * Whether something of a host was being killed at a moment, or was up to so long after it. Redis hears of what happens just
   * before it is away, or meanwhile, when it is back: so long after that.
   */
  harmed(host, at, after) {
    const away = this.blows.filter((blow) => blow.what === "Redis" && blow.at <= at + after && overOf(blow) >= at);
    const until = Math.max(at, ...away.map(overOf)) + after;
    return this.blows.some((blow) => blow.hosts.includes(host) && blow.at <= until && overOf(blow) >= at);
  }
}

function overOf({ over = Number.POSITIVE_INFINITY }) {
  return over;
}
