import type { Emitter } from "../../shared/emitter.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { ServerEvents } from "../app.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { IdentityWatch } from "../auth/identity-watch.ts";
import type { Config } from "../config.ts";
import type { Fairness } from "../connection/fairness.ts";
import type { CallMetrics } from "../metrics/call-metrics.ts";
import type { CallTimes } from "../metrics/call-times.ts";
import type { Traffic } from "../metrics/traffic.ts";
import type { Counters } from "../metrics.ts";
import type { ChannelAccess } from "../pubsub/channel-access.ts";
import type { Hub } from "../pubsub/hub.ts";
import type { Presence } from "../pubsub/presence.ts";
import type { Publisher } from "../pubsub/publisher.ts";
import type { RemoteCalls } from "../queued/remote-calls.ts";
import type { Limiter } from "../rates/limiter.ts";
import type { Claims } from "../sessions/claims.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { ContextServices } from "./context.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Procedures } from "./procedures.ts";

/** All that the handlers may reach. Put together once, by the socket worker. */
export interface Services extends ContextServices {
  readonly config: Config;
  /** This socket worker's number. */
  readonly worker: number;
  readonly procedures: Procedures;
  readonly publisher: Publisher;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly sessions: Sessions;
  readonly authenticator: Authenticator;
  readonly watch: Pick<IdentityWatch, "look" | "closed">;
  readonly access: ChannelAccess;
  readonly claims: Claims;
  readonly remote: RemoteCalls;
  readonly limiter: Limiter;
  readonly pack: Pack;
  readonly events: Emitter<ServerEvents>;
  readonly deadlines: Deadlines;
  readonly fairness: Pick<Fairness, "over">;
  readonly counters: Counters;
  readonly traffic: Pick<Traffic, "came">;
  readonly times: CallTimes;
  /** What becomes of calls of procedures that there are not. */
  readonly unknown: CallMetrics;
}
