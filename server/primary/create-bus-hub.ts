import type { Config } from "../config.ts";
import { BusHub, type BusHubOptions } from "./bus-hub.ts";
import { ControlDesk } from "./control-desk.ts";
import { sideBySide } from "./desk.ts";
import { Histories } from "./histories.ts";
import type { KeptAnswers } from "./kept-answers.ts";
import { PeerDesk } from "./peer-desk.ts";
import { PresenceDesk } from "./presence-desk.ts";
import type { PresenceStore } from "./presence-store.ts";
import { PublicationKeys } from "./publication-keys.ts";
import { RateDesk } from "./rate-desk.ts";
import { Sequencer } from "./sequencer.ts";
import { createDesk } from "./session-desk.ts";
import type { SessionStore } from "./session-store.ts";
import { UserDesk } from "./user-desk.ts";

/** What the primary keeps, as far as it knows how much that is. */
export interface Stores {
  readonly sessions: Pick<SessionStore, "size" | "away">;
  readonly answers: Pick<KeptAnswers, "size" | "bytes">;
  readonly histories: Pick<Histories, "size" | "bytes">;
  readonly presence: Pick<PresenceStore, "size" | "spent">;
  readonly peers: Pick<PeerDesk, "size">;
}

export interface Bus {
  readonly hub: BusHub;
  /** What concerns all connections of a user, for the primary itself. */
  readonly users: UserDesk;
  /** Asks the socket workers what the control port is asked. */
  readonly control: ControlDesk;
  readonly stores: Stores;
}

/** A bus with all that the primary keeps, as a configuration asks for it. */
export function createBusHub(config: Config, hooks: Pick<BusHubOptions, "failed" | "stuck">): Bus {
  const { busBudget: budget, historyBudget, presenceBudget, maxPeers } = config;
  const sessions = createDesk(config);
  const histories = new Histories({ budget: historyBudget });
  const sequencer = new Sequencer(histories, new PublicationKeys(sessions.answers));
  const users = new UserDesk(sessions.sessions);
  const control = new ControlDesk({ linkBudget: budget });
  const peers = new PeerDesk({ mostPeers: maxPeers, linkBudget: budget });
  const presence = new PresenceDesk({ budget: presenceBudget, linkBudget: budget });
  const desk = sideBySide([sessions, users, control, peers, presence, new RateDesk()]);
  const stores = { sessions: sessions.sessions, answers: sessions.answers, histories, presence: presence.store, peers };
  return { hub: new BusHub({ budget, desk, sequencer, ...hooks }), users, control, stores };
}
