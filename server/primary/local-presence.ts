import { COUNTS_ONLY, NO_ROOM } from "../pubsub/presence-bus.ts";
import { countsAnswer, membersAnswer } from "./presence-answers.ts";
import type { PresenceAsker, PresenceKeeper } from "./presence-keeper.ts";
import { type Entrance, PresenceStore } from "./presence-store.ts";

/** Who is in the channels of a host that is alone: all of it is in the memory of this process, and answered at once. */
export class LocalPresence implements PresenceKeeper {
  readonly store: PresenceStore;

  /** @param budget bytes that everything about who is where may take */
  constructor(budget: number) {
    this.store = new PresenceStore(budget);
  }

  get size(): number {
    return this.store.size;
  }

  get spent(): number {
    return this.store.spent;
  }

  spend(bytes: number): void {
    this.store.spend(bytes);
  }

  enter(entrance: Entrance, asker: PresenceAsker, reference: number): void {
    asker.entered(reference, this.store.enter(entrance, asker) ? "" : NO_ROOM);
  }

  exit(channel: string, connection: string): void {
    this.store.exit(channel, connection);
  }

  unwatch(channel: string, asker: PresenceAsker): void {
    this.store.unwatch(channel, asker);
  }

  list(channel: string, most: number, asker: PresenceAsker, reference: number): void {
    if (asker.busy) asker.listed(reference, undefined);
    else if (most === COUNTS_ONLY) asker.listed(reference, countsAnswer(this.store.counts(channel)));
    else asker.listed(reference, membersAnswer([...this.store.members(channel, most)]));
  }

  holderGone(asker: PresenceAsker): void {
    this.store.holderGone(asker);
  }

  close(): void {
    // nothing here waits for anything
  }
}
