import type { Config } from "../config.ts";
import { type Desk, sideBySide } from "./desk.ts";
import { PeerDesk } from "./peer-desk.ts";
import { PresenceDesk } from "./presence-desk.ts";
import { createDesk } from "./session-desk.ts";

/** All desks of a primary, as a configuration asks for them. */
export function createDesks(config: Config): Desk {
  const { maxPeers, presenceBudget, busBudget: linkBudget } = config;
  return sideBySide([
    createDesk(config),
    new PeerDesk({ mostPeers: maxPeers, linkBudget }),
    new PresenceDesk({ budget: presenceBudget, linkBudget }),
  ]);
}
