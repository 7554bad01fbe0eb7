import type { Config } from "../config.ts";
import { type Desk, sideBySide } from "./desk.ts";
import { PeerDesk } from "./peer-desk.ts";
import { createDesk } from "./session-desk.ts";

/** All desks of a primary, as a configuration asks for them. */
export function createDesks(config: Config): Desk {
  const { maxPeers, busBudget } = config;
  return sideBySide([createDesk(config), new PeerDesk({ mostPeers: maxPeers, linkBudget: busBudget })]);
}
