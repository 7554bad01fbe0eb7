import type { Hosts } from "../../hosts/hosts.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";

/** What one application's hosts share, for whatever the primary keeps of it. */
export interface Shared {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
}
