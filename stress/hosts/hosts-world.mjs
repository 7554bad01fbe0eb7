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
    const away = this.#redisAway(at, after);
    const until = Math.max(at, ...away.map(overOf)) + after;
    return this.blows.some((blow) => blow.hosts.includes(host) && blow.at <= until && overOf(blow) >= at);
  }

  /**
   * The same of what another host has to hear from this one: who comes there may be sooner than that, where Redis is away
   * when it is said, and this host finds out later that it is back.
   */
  unheard(host, at, after) {
    return this.harmed(host, at, after) || this.#redisAway(at, after).length > 0;
  }

  #redisAway(at, after) {
    return this.blows.filter((blow) => blow.what === "Redis" && blow.at <= at + after && overOf(blow) >= at);
  }

  /** What was harmed around a moment, in seconds after it. @param at by `performance.now()` */
  around(at) {
    const near = this.blows.filter((blow) => blow.at >= at - AROUND_MS && blow.at <= at + AROUND_MS);
    const seconds = (time) => ((time - at) / 1_000).toFixed(1);
    return near
      .map(({ what, hosts, at: from, over }) => `${what} ${hosts} ${seconds(from)} to ${over && seconds(over)}`)
      .join("; ");
  }
}

/** How far around a moment that is, in milliseconds. */
const AROUND_MS = 10_000;

function overOf({ over = Number.POSITIVE_INFINITY }) {
  return over;
}
