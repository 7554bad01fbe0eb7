import type { Config } from "../config.ts";
import type { LostConnections } from "../gateway/lost-connections.ts";
import { BusHub, type BusHubOptions } from "./bus-hub.ts";
import { ControlDesk } from "./control-desk.ts";
import { sideBySide } from "./desk.ts";
import { Histories } from "./histories.ts";
import { PeerDesk } from "./peer-desk.ts";
import { PresenceDesk } from "./presence-desk.ts";
import { PublicationKeys } from "./publication-keys.ts";
import { RateDesk } from "./rate-desk.ts";
import { RawDesk } from "./raw-desk.ts";
import { Sequencer } from "./sequencer.ts";
import { createDesk } from "./session-desk.ts";
import { UserDesk } from "./user-desk.ts";

export interface Bus {
  readonly hub: BusHub;
  /** What concerns all connections of a user, for the primary itself. */
  readonly users: UserDesk;
  /** Asks the socket workers what the control port is asked. */
  readonly control: ControlDesk;
}

export interface BusHooks extends Pick<BusHubOptions, "failed" | "stuck" | "watched"> {
  /** A socket worker is gone, and with it these raw connections. @default nobody is told */
  lost?(connections: Parameters<LostConnections["tell"]>[0]): void;
}

/** A bus with all that the primary keeps, as a configuration asks for it. */
export function createBusHub(config: Config, hooks: BusHooks): Bus {
  const { busBudget: budget, historyBudget, presenceBudget, maxPeers } = config;
  const sessions = createDesk(config);
  const sequencer = new Sequencer(new Histories({ budget: historyBudget }), new PublicationKeys(sessions.answers));
  const users = new UserDesk(sessions.sessions);
  const control = new ControlDesk({ linkBudget: budget });
  const desk = sideBySide([
    sessions,
    users,
    control,
    new RawDesk((connections) => hooks.lost?.(connections)),
    new PeerDesk({ mostPeers: maxPeers, linkBudget: budget }),
    new PresenceDesk({ budget: presenceBudget, linkBudget: budget }),
    new RateDesk(),
  ]);
  return { hub: new BusHub({ budget, desk, sequencer, ...hooks }), users, control };
}
