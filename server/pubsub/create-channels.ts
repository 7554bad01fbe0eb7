import type { Pack } from "../../shared/msgpack-codec.ts";
import type { Broker } from "../brokers/broker.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Config } from "../config.ts";
import type { Deadlines } from "../dispatch/deadlines.ts";
import type { Broadcast } from "../metrics/traffic.ts";
import type { Counters } from "../metrics.ts";
import type { Limiter } from "../rates/limiter.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { ChannelAccess } from "./channel-access.ts";
import type { ChannelRules } from "./channel-rules.ts";
import type { EventFramesOptions } from "./event-frames.ts";
import { Hub } from "./hub.ts";
import { Presence } from "./presence.ts";
import { Publisher } from "./publisher.ts";

export interface ChannelsOptions {
  readonly config: Config;
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly uplink: Uplink;
  readonly pack: Pack;
  readonly frames: EventFramesOptions;
  readonly transport: Broadcast;
  readonly counters: Counters;
  readonly limiter: Limiter;
  readonly sessions: Sessions;
  readonly deadlines: Deadlines;
  /** Makes what is told of something that went wrong and is no client's fault. */
  failed(what: string): (error: unknown) => void;
}

/** All that there is to channels in a socket worker. */
export interface Channels {
  readonly publisher: Publisher;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly access: ChannelAccess;
}

export function createChannels({ config, failed, ...services }: ChannelsOptions): Channels {
  return {
    publisher: new Publisher({ ...services, failed: failed("a publication failed") }),
    hub: new Hub({ ...config, ...services }),
    presence: new Presence({ ...config, ...services, failed: failed("a presence rule threw") }),
    access: new ChannelAccess({ ...config, ...services, failed: failed("a channel's authorize threw") }),
  };
}
