import { Revocations } from "../auth/revocations.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers } from "../bus/numbers.ts";
import { readRevoke } from "../sessions/user-bus.ts";
import type { Desk, DeskMember } from "./desk.ts";
import type { SessionHolder } from "./session-holder.ts";
import type { SessionStore } from "./session-store.ts";
import type { SharedUsers } from "./shared/shared-users.ts";

/** Where socket workers come with what concerns all connections of a user, wherever these are. */
export class UserDesk implements Desk {
  readonly #sessions: SessionStore;
  readonly #revocations = new Revocations();
  readonly #links = new Set<Link>();

  readonly #shared: SharedUsers | undefined;

  /** @param shared reaches users at other hosts, where there may be some */
  constructor(sessions: SessionStore, shared?: SharedUsers) {
    this.#sessions = sessions;
    this.#shared = shared;
    shared?.serve({
      revoked: (user, time, code) => this.#end(user, time, code),
      // what is read of the past may be known here already, and those who came since are good
      revokedBefore: (user, time, code) => {
        if ((this.#revocations.timeOf(user) ?? 0) < time) this.#end(user, time, code);
      },
      revocations: () => this.#revocations.entries(),
      end: (session, code) => (sessions.end(session, code) ? 1 : 0),
      tell: (user, data) => this.#tellHere(user, data),
    });
  }

  joined(link: Link): DeskMember {
    this.#links.add(link);
    for (const [user, time] of this.#revocations.entries()) {
      link.send(BusType.USER_REVOKED, 0, user, encodeNumbers([time]));
    }
    return {
      receive: (frame) => {
        if (frame.type === BusType.REVOKE) this.#revoke(frame, link);
        else if (frame.type === BusType.TELL_USER) this.#tell(frame, link);
      },
      left: () => void this.#links.delete(link),
    };
  }

  close(): void {
    this.#links.clear();
    this.#shared?.close();
  }

  /**
   * Ends all sessions of a user, and their connections. What proved until now who that is proves nothing any more.
   * @returns how many ended, of those at other hosts as far as these answer in time
   */
  revokeUser(user: string, code: number): Promise<number> {
    const now = Date.now();
    const ended = this.#end(user, now, code);
    const shared = this.#shared;
    if (shared === undefined) return Promise.resolve(ended);
    return new Promise((resolve) => shared.revokeUser(user, now, code, (others) => resolve(ended + others)));
  }

  /** Ends one session, and its connection. @returns how many ended */
  revokeSession(session: string, code: number): Promise<number> {
    const ended = this.#sessions.get(session) === undefined ? 0 : 1;
    const shared = this.#shared;
    if (shared === undefined) return Promise.resolve(this.#sessions.end(session, code) ? 1 : 0);
    return new Promise((resolve) => {
      shared.revokeSession(session, code, (others) => resolve(Math.max(ended, others)));
      this.#sessions.end(session, code);
    });
  }

  /** Tells all connections of a user something. @param data MessagePack */
  tellUser(user: string, data: Uint8Array): void {
    this.#tellHere(user, data);
    this.#shared?.tell(user, data, () => undefined);
  }

  #revoke({ channel, reference, data }: BusFrame, link: Link): void {
    const { ofUser, code } = readRevoke(data);
    void (ofUser ? this.revokeUser(channel, code) : this.revokeSession(channel, code)).then((count) =>
      link.send(BusType.REVOKED, reference, "", encodeNumbers([count])),
    );
  }

  #end(user: string, now: number, code: number): number {
    // clocks of hosts differ: by another one's the user may have been revoked later than this
    const time = Math.max(now, this.#revocations.timeOf(user) ?? 0);
    this.#revocations.add(user, time);
    // ahead of the ends of sessions, so that nobody comes back between the two
    for (const link of this.#links) link.send(BusType.USER_REVOKED, 0, user, encodeNumbers([time]));
    const sessions = [...this.#sessions.ofUser(user)];
    for (const { id } of sessions) this.#sessions.end(id, code);
    return sessions.length;
  }

  #tell({ channel: user, reference, data }: BusFrame, origin: Link): void {
    const told = (count: number): void => origin.send(BusType.USER_TOLD, reference, "", encodeNumbers([count]));
    const count = this.#tellHere(user, data);
    if (this.#shared === undefined) told(count);
    else this.#shared.tell(user, data, (others) => told(count + others));
  }

  /** Each process that has connections of the user is told once. @returns how many connections these are */
  #tellHere(user: string, data: Uint8Array): number {
    const told = new Map<SessionHolder, boolean>();
    let count = 0;
    for (const { holder } of this.#sessions.ofUser(user)) {
      if (holder === undefined) continue;
      if (!told.has(holder)) told.set(holder, holder.tellUser(user, data));
      if (told.get(holder) === true) count++;
    }
    return count;
  }
}
