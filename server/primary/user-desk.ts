import { Revocations } from "../auth/revocations.ts";
import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers } from "../bus/numbers.ts";
import { readRevoke } from "../sessions/user-bus.ts";
import type { Desk, DeskMember } from "./desk.ts";
import type { SessionHolder, SessionStore } from "./session-store.ts";

/** Where socket workers come with what concerns all connections of a user, wherever these are. */
export class UserDesk implements Desk {
  readonly #sessions: SessionStore;
  readonly #revocations = new Revocations();
  readonly #links = new Set<Link>();

  constructor(sessions: SessionStore) {
    this.#sessions = sessions;
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
  }

  /**
   * Ends all sessions of a user, and their connections. What proved until now who that is proves nothing any more.
   * @returns how many ended
   */
  revokeUser(user: string, code: number): number {
    const now = Date.now();
    this.#revocations.add(user, now);
    // ahead of the ends of sessions, so that nobody comes back between the two
    for (const link of this.#links) link.send(BusType.USER_REVOKED, 0, user, encodeNumbers([now]));
    const sessions = [...this.#sessions.ofUser(user)];
    for (const { id } of sessions) this.#sessions.end(id, code);
    return sessions.length;
  }

  /** Ends one session, and its connection. @returns how many ended */
  revokeSession(session: string, code: number): number {
    return this.#sessions.end(session, code) ? 1 : 0;
  }

  #revoke({ channel, reference, data }: BusFrame, link: Link): void {
    const { ofUser, code } = readRevoke(data);
    const count = ofUser ? this.revokeUser(channel, code) : this.revokeSession(channel, code);
    link.send(BusType.REVOKED, reference, "", encodeNumbers([count]));
  }

  /** Each process that has connections of the user is told once. */
  #tell(frame: BusFrame, origin: Link): void {
    const { channel: user, reference } = frame;
    const told = new Map<SessionHolder, boolean>();
    let count = 0;
    for (const { holder } of this.#sessions.ofUser(user)) {
      if (holder === undefined) continue;
      if (!told.has(holder)) told.set(holder, holder.tellUser(frame));
      if (told.get(holder) === true) count++;
    }
    origin.send(BusType.USER_TOLD, reference, "", encodeNumbers([count]));
  }
}
