import type { AppError } from "../../../shared/errors.ts";
import type { ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import type { SessionChange } from "../../sessions/session-state.ts";
import type { Resumption } from "../session-store.ts";
import { digestOf, type StoredSession } from "../stored-session.ts";
import { lengthened } from "./fields.ts";
import { channelField, sessionFields, tagField } from "./session-fields.ts";
import { SESSION_SCRIPT } from "./session-script.ts";
import { REFRESH_MS } from "./session-times.ts";

/** Where a session stands, as Redis sees it; see session-functions.ts. */
export const Standing = {
  UNKNOWN: 0,
  HERE: 1,
  ELSEWHERE: 2,
  OVER: 3,
  /** Here, but not all is known here that others have changed of it. */
  BEHIND: 4,
} as const;

export type Standing = (typeof Standing)[keyof typeof Standing];

/** Told where a session stands, the close code where it is over, and all there is to know of it where its host does not. */
export type Stands = (error: AppError | undefined, standing: Standing, code: number, fields: readonly Buffer[]) => void;
/** Told in a word whether a connection may go on with a session, and with what; or the close code where it is over. */
export type Heard = (error: AppError | undefined, word: string, fields: readonly Buffer[]) => void;

const NOTHING = new Uint8Array();
const ANEW = "known";

/** What can be asked of Redis about sessions. */
export class SessionScripts {
  readonly #redis: SharedRedis;
  readonly #windowMs: number;
  /** How long one is kept that its host does not speak of any more, though it had a connection. */
  readonly heldMs: number;

  constructor(redis: SharedRedis, windowMs: number) {
    this.#redis = redis;
    this.#windowMs = windowMs;
    this.heldMs = windowMs + 2 * REFRESH_MS;
  }

  /** How long one may be kept now, in milliseconds. */
  lasts({ away, leftAt }: Readonly<StoredSession>): number {
    if (away === undefined) return this.heldMs;
    return Math.max(1, Math.ceil(this.#windowMs - (performance.now() - leftAt)));
  }

  whole(session: Readonly<StoredSession>, stands: Stands): void {
    const blob = lengthened(sessionFields(this.#redis.host, session));
    this.#run("whole", session.id, [String(this.lasts(session)), String(session.heard), blob], stands);
    this.has(session);
  }

  /** @param told the change for its host, where that may be another one */
  changed(id: string, { user, proven = false, tags = {} }: SessionChange, told: Uint8Array, stands: Stands): void {
    const [set, unset]: [string[], string[]] = [[], []];
    if (user !== undefined) {
      if (user === null) unset.push("u");
      else set.push("u", user);
      if (proven) set.push("p", "1");
      else unset.push("p");
    }
    for (const [name, value] of Object.entries(tags)) {
      if (value === null) unset.push(tagField(name));
      else set.push(tagField(name), value);
    }
    this.#run("change", id, [lengthened(set), lengthened(unset), told], stands);
  }

  subscribed(id: string, channel: string, stands: Stands): void {
    this.#run("change", id, [lengthened([channelField(channel), ""]), NOTHING, NOTHING], stands);
  }

  unsubscribed(id: string, channel: string, stands: Stands): void {
    this.#run("change", id, [NOTHING, lengthened([channelField(channel)]), NOTHING], stands);
  }

  refresh(session: Readonly<StoredSession>, stands: Stands): void {
    this.#run("refresh", session.id, [String(this.heldMs)], stands);
    this.has(session);
  }

  left(session: Readonly<StoredSession>, stands: Stands): void {
    this.#run("left", session.id, [session.connection, String(this.lasts(session))], stands);
    this.has(session);
  }

  /** All that there are are written again, by all hosts: Redis may know none. */
  anew(): void {
    this.#redis.run(SESSION_SCRIPT, ANEW, "anew", []);
  }

  close(id: string): void {
    this.#run("close", id, []);
  }

  /** It is that user's, if it is anybody's. */
  has(session: Readonly<StoredSession>): void {
    const { user, id } = session;
    if (user !== undefined) this.#redis.run(SESSION_SCRIPT, user, "has", [user, id, String(this.lasts(session))]);
  }

  resume({ id, connection, secret, turn, user }: Resumption, heard: Heard): void {
    const args = [
      ...[id, this.#redis.host, connection, digestOf(secret), turn === undefined ? "" : String(turn)],
      ...[user === undefined ? "" : `=${user}`, String(this.heldMs)],
    ];
    this.#redis.run(SESSION_SCRIPT, id, "resume", args, (error, answer) => {
      if (error !== undefined) heard(error, "", []);
      else {
        const [word, fields = []] = answer as [Buffer, (readonly Buffer[])?];
        heard(undefined, word.toString(), fields);
      }
    });
  }

  #run(name: string, id: string, args: readonly ScriptArgument[], stands?: Stands): void {
    this.#redis.run(SESSION_SCRIPT, id, name, [id, this.#redis.host, ...args], (error, answer) => {
      if (stands === undefined) return;
      if (error !== undefined) stands(error, Standing.UNKNOWN, 0, []);
      else {
        const [standing, code = 0, fields = []] = answer as [Standing, number?, (readonly Buffer[])?];
        stands(undefined, standing, code, fields);
      }
    });
  }
}
