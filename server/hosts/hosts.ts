/** One server of the application, on this machine or another, as all of them know it. */
export interface HostInfo {
  /** Of this start of it. */
  readonly id: string;
  /** Its name, by the option `node`. */
  readonly node: string;
  /** When it was started, in milliseconds since 1970. */
  readonly since: number;
}

/** All hosts of the application. */
export interface Hosts {
  /** This one's id. */
  readonly own: string;
  /** Those that live, this one included, by their ids: as far as it was known a second ago. */
  readonly alive: ReadonlyMap<string, HostInfo>;
  /**
   * Calls back for each host that has ended, or has not been heard of for so long that it counts as dead. Other hosts find that
   * out as well, at about the same time: whatever is done about it has to be right when it is done twice.
   */
  onGone(gone: (host: string) => void): void;
  /** Calls back when hosts have come or gone, after those of `onGone`. */
  onChange(changed: () => void): void;
  /**
   * Calls back when this host has been taken for dead, though it lives: what it had told of itself may have been forgotten, as
   * after {@link import("../redis/shared-redis.ts").RedisListener.up}.
   */
  onDeclaredDead(declared: () => void): void;
}
