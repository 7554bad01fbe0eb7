import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import type { Config } from "../config.ts";
import { Claim } from "../sessions/claim.ts";
import { parted } from "../sessions/key-name.ts";
import {
  News,
  NOT_NOW,
  type SessionAnswer,
  type SessionEnd,
  type SessionNews,
  UNPROVEN,
} from "../sessions/session-state.ts";
import type { Answers } from "./answers.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { KeptQueuedCalls } from "./queued/kept-queued-calls.ts";
import type { QueuedCalls } from "./queued/queued-calls.ts";
import type { SessionHolder } from "./session-holder.ts";
import { type Resumption, SessionStore } from "./session-store.ts";
import type { Resumed } from "./shared/resuming.ts";
import type { Shared } from "./shared/shared.ts";
import { SharedAnswers } from "./shared/shared-answers.ts";
import { SharedQueuedCalls } from "./shared/shared-queued-calls.ts";
import { SharedSessions } from "./shared/shared-sessions.ts";

export interface SessionDeskOptions {
  /** How long a session without a connection is kept, in milliseconds. */
  readonly windowMs: number;
  /** How long the answer to a call with a key is kept, in milliseconds. */
  readonly answerWindowMs: number;
  /** Bytes that answers may take. */
  readonly answerBudget: number;
  /** Calls of one session that queues may keep. */
  readonly mostCalls: number;
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
  /** What other hosts of the application can be reached by. @default there are none */
  readonly shared?: Shared | undefined;
}

/**
 * A client whose connection is dead in silence is given up after three heartbeats, and may then come back within the
 * window: what it was not told has to be known for as long as both together, and some.
 */
const HEARTBEATS_TO_BE_SURE = 4;

/** Where socket workers come with everything about sessions and calls with keys. */
export class SessionDesk implements Desk {
  readonly sessions: SessionStore;
  readonly answers: Answers;
  readonly queued: QueuedCalls;
  /** The same sessions, for other hosts; undefined where there are none. */
  readonly shared: SharedSessions | undefined;
  readonly #pack = createPack();
  /** Bytes that may wait for a worker when an answer is added to them. */
  readonly #mostUnsent: number;

  constructor({ windowMs, answerWindowMs, answerBudget, mostCalls, linkBudget, shared }: SessionDeskOptions) {
    // as many as hold up publications: what a client asks for must not do that to everybody
    this.#mostUnsent = linkBudget / 2;
    const kept = { windowMs: answerWindowMs, budget: answerBudget };
    const answers = shared === undefined ? new KeptAnswers(kept) : new SharedAnswers({ ...kept, ...shared });
    const others = shared === undefined ? undefined : new SharedSessions({ windowMs, ...shared });
    const queued =
      shared === undefined
        ? new KeptQueuedCalls({ ...kept, mostCalls, knows: (session) => this.sessions.get(session) !== undefined })
        : new SharedQueuedCalls({ ...kept, mostCalls, ...shared });
    this.answers = answers;
    this.queued = queued;
    this.shared = others;
    this.sessions = new SessionStore({
      windowMs,
      ended(session) {
        answers.sessionEnded(session);
        queued.sessionEnded(session);
        others?.ended(session);
      },
      left(session) {
        queued.left(session.id);
        others?.left(session);
      },
    });
    others?.serve(this.sessions);
  }

  joined(link: Link): DeskMember {
    let gone = false;
    const alive = (): boolean => !gone;
    const holder: SessionHolder = {
      moved: (session, connection) => link.send(BusType.SESSION_MOVED, 0, session, Buffer.from(connection)),
      changed: (session, change) => link.send(BusType.SESSION_CHANGED, 0, session, this.#pack.pack(change)),
      ended: (session, connection, code) =>
        link.send(BusType.SESSION_ENDED, 0, session, this.#pack.pack([connection, code] satisfies SessionEnd)),
      tellUser: (user, data) => {
        const fits = link.unsent <= this.#mostUnsent;
        if (fits) link.send(BusType.USER_EVENT, 0, user, data);
        return fits;
      },
    };
    return {
      receive: (frame) => {
        switch (frame.type) {
          case BusType.SESSION:
            this.#session(frame, link, holder, alive);
            break;
          case BusType.CLAIM:
            this.#claim(frame, link, holder, alive);
            break;
          case BusType.SETTLE:
            this.#settle(frame);
            break;
        }
      },
      left: () => {
        gone = true;
        this.sessions.holderGone(holder);
        this.answers.claimantGone(holder);
      },
    };
  }

  close(): void {
    this.sessions.close();
    this.answers.close();
    this.shared?.close();
  }

  #session({ channel: id, reference, data }: BusFrame, link: Link, holder: SessionHolder, alive: () => boolean): void {
    const { sessions, shared } = this;
    const news = this.#pack.unpack(data) as SessionNews;
    switch (news[0]) {
      case News.OPEN:
        sessions.open(id, news[1], news[2] ?? undefined, holder);
        shared?.opened(id);
        break;
      case News.RESUME: {
        const [, connection, secret, turn, user] = news;
        const asked = { id, connection, secret, turn: turn ?? undefined, user: user ?? undefined };
        this.#resume(asked, link, reference, holder, alive);
        break;
      }
      case News.LEFT:
        sessions.left(id, news[1]);
        break;
      case News.CHANGED:
        sessions.changed(id, news[1], holder);
        shared?.changed(id, news[1]);
        break;
      case News.SUBSCRIBED:
        sessions.subscribed(id, news[1]);
        shared?.subscribed(id, news[1]);
        break;
      case News.UNSUBSCRIBED:
        sessions.unsubscribed(id, news[1]);
        shared?.unsubscribed(id, news[1]);
        break;
    }
  }

  #resume(asked: Resumption, link: Link, reference: number, holder: SessionHolder, alive: () => boolean): void {
    const answer = (state: Resumed): void => {
      const said = state === "outrun" ? NOT_NOW : sessionAnswer(state);
      link.send(BusType.SESSION_STATE, reference, "", said && this.#pack.pack(said));
    };
    // the session stays where it is until there is room to tell what it is subscribed to, which a client makes long
    if (link.unsent > this.#mostUnsent) answer("outrun");
    else if (this.shared === undefined) answer(this.sessions.resume(asked, holder));
    else {
      this.shared.resume(asked, holder, (state) => {
        answer(state);
        // the process may have died meanwhile, as nobody else says
        if (!alive()) this.sessions.left(asked.id, asked.connection);
      });
    }
  }

  #claim({ channel, reference }: BusFrame, link: Link, claimant: SessionHolder, alive: () => boolean): void {
    const [session, key] = parted(channel);
    this.answers.claim(session, key, claimant, (claim, answer) => {
      const fits = answer === "" || link.unsent + answer.length <= this.#mostUnsent;
      const data = Buffer.allocUnsafe(1 + (fits ? answer.length : 0));
      // it stays kept: to say that it is not would be wrong for ever, and this is over in no time
      data[0] = fits ? claim : Claim.LATER;
      if (fits) data.write(answer, 1, "latin1");
      link.send(BusType.CLAIMED, reference, "", data);
      return alive();
    });
  }

  #settle({ channel, data }: BusFrame): void {
    const [session, key] = parted(channel);
    const claim = data[0] as Claim;
    if (claim === Claim.RUN) this.answers.release(session, key);
    else if (claim === Claim.NOT_KEPT) this.answers.settle(session, key, claim, "");
    else this.answers.settle(session, key, Claim.ANSWERED, data.toString("latin1", 1));
  }
}

function sessionAnswer(state: Exclude<Resumed, "outrun">): SessionAnswer | undefined {
  if (state === undefined || state === UNPROVEN) return state;
  return [state.user ?? null, state.tags, [...state.channels], state.proven];
}

/** How long what was done with a key has to be known, in milliseconds. */
export function answerWindow({ sessionWindowMs, heartbeatMs }: Config): number {
  return sessionWindowMs + HEARTBEATS_TO_BE_SURE * heartbeatMs;
}

/** The desk that a configuration asks for. @param shared what other hosts can be reached by, where there may be some */
export function createDesk(config: Config, shared?: Shared): SessionDesk {
  const { sessionWindowMs: windowMs, answerBudget, maxCalls: mostCalls, busBudget: linkBudget } = config;
  const answerWindowMs = answerWindow(config);
  return new SessionDesk({ windowMs, answerWindowMs, answerBudget, mostCalls, linkBudget, shared });
}
