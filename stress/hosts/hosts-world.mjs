import { World } from "../world.mjs";

/** What all parts of a run with several hosts share. */
export class HostsWorld extends World {
  /** Whether something of a host was being killed at a moment, or was up to so long after it. */
  harmed(host, at, after) {
    return this.blows.some(
      (blow) => blow.hosts.includes(host) && blow.at <= at + after && (blow.over ?? Number.POSITIVE_INFINITY) >= at,
    );
  }
}
