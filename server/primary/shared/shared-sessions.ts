import { CloseCode } from "../../../shared/codes.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import type { SessionChange } from "../../sessions/session-state.ts";
import type { SessionHolder } from "../session-holder.ts";
import type { Resumption, SessionStore } from "../session-store.ts";
import type { StoredSession } from "../stored-session.ts";
import { readLengthened } from "./fields.ts";
import { REFUSALS, type Resumed, Resuming } from "./resuming.ts";
import { Rounds } from "./rounds.ts";
import { readSessionFields } from "./session-fields.ts";
import { SessionScripts, Standing, type Stands } from "./session-scripts.ts";
import { REFRESH_MS } from "./session-times.ts";
import { SharedChanges } from "./shared-changes.ts";

export interface SharedSessionsOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** How long a session without a connection is kept, in milliseconds. */
  readonly windowMs: number;
}

/** How often some sessions are looked after, and how often those are that were not written, in milliseconds. */
const STEP_MS = 250;
const UNWRITTEN_MS = 1_000;

/**
 * Sessions that clients can go on with at another host. What this host has is in its own store, as ever; here all of it is written
 * to Redis as well, without waiting, and Redis is asked where a client comes back.
 *
 * What could not be written is written later, as a whole; and so is all there is where Redis may have forgotten it.
 */
export class SharedSessions {
  readonly #redis: SharedRedis;
  readonly #scripts: SessionScripts;
  readonly #resuming = new Resuming();
  /** Ids of sessions of which something was not written. */
  readonly #unwritten = new Set<string>();
  readonly #changes: SharedChanges;
  readonly #refreshes: Rounds<StoredSession>;
  readonly #writes: Rounds<string>;
  #store: SessionStore | undefined;
  /** How often all have had to be written anew. */
  #times = 0;

  constructor({ redis, hosts, windowMs }: SharedSessionsOptions) {
    this.#redis = redis;
    this.#scripts = new SessionScripts(redis, windowMs);
    this.#changes = new SharedChanges({
      scripts: this.#scripts,
      resuming: this.#resuming,
      store: () => this.#store,
      after: (id) => this.#after(id),
      writeLater: (id) => this.#writeLater(id),
    });
    this.#refreshes = new Rounds({
      size: () => this.#store?.size ?? 0,
      values: () => this.#store?.values() ?? [].values(),
      visit: (session) => this.#refresh(session),
      steps: REFRESH_MS / STEP_MS,
      stepMs: STEP_MS,
    });
    this.#writes = new Rounds({
      size: () => this.#unwritten.size,
      values: () => this.#unwritten.values(),
      visit: (id) => this.#writeAgain(id),
      steps: UNWRITTEN_MS / STEP_MS,
      stepMs: STEP_MS,
    });
    redis.listen(HostTopic.SESSION_MOVED, (data) => this.#moved(data));
    redis.listen(HostTopic.SESSION_CHANGED, (data) => this.#changes.changedElsewhere(data));
    redis.listen(HostTopic.SESSION_ENDED, (data) => this.#ended(data));
    const writeAll = (): void => {
      this.#times++;
      this.#scripts.anew();
      this.#refreshes.hurry();
    };
    redis.watch({ up: writeAll });
    hosts.onDeclaredDead(writeAll);
  }

  /** @param store which is told nothing before */
  serve(store: SessionStore): void {
    this.#store = store;
  }

  opened(id: string): void {
    const session = this.#store?.get(id);
    if (session?.digest !== undefined) this.#write(session);
  }

  /** @param id maybe of a session that has gone on at another host */
  changed(id: string, change: SessionChange): void {
    const session = this.#store?.get(id);
    // nobody can go on with one that has no secret
    if (session !== undefined && session.digest === undefined) return;
    this.#changes.say(id, change);
    if (session !== undefined && change.user !== undefined) this.#scripts.has(session);
  }

  subscribed(id: string, channel: string): void {
    this.#scripts.subscribed(id, channel, this.#after(id));
  }

  unsubscribed(id: string, channel: string): void {
    this.#scripts.unsubscribed(id, channel, this.#after(id));
  }

  left(session: StoredSession): void {
    this.#scripts.left(session, this.#after(session.id));
  }

  /** It is over. */
  ended(id: string): void {
    this.#scripts.close(id);
  }

  /** Goes on with a session wherever it is. @param resumed called once, and never from within */
  resume(asked: Resumption, holder: SessionHolder, resumed: (state: Resumed) => void): void {
    const { id, connection } = asked;
    this.#resuming.begin(id);
    this.#scripts.resume(asked, (error, word, fields) => {
      const arrivals = this.#resuming.end(id);
      const store = this.#store;
      if (error !== undefined) resumed(this.#resumeHere(asked, holder) ?? "outrun");
      else if (word === "unknown") resumed(this.#resumeHere(asked, holder));
      else if (word === "unwritten") resumed(this.#resumeHere(asked, holder) ?? "outrun");
      else if (word === "resumed" && arrivals?.moved.has(connection) !== true) {
        const state = readSessionFields(fields);
        store?.adopt(asked, state, holder);
        resumed(state);
        for (const [number, change] of arrivals?.changes ?? []) this.#changes.hear(id, number, change);
        if (arrivals?.code !== undefined) store?.end(id, arrivals.code);
      } else if (word === "over") {
        store?.end(id, CloseCode.UNAUTHENTICATED);
        resumed(undefined);
      } else resumed(REFUSALS.get(word));
    });
  }

  close(): void {
    this.#refreshes.stop();
    this.#writes.stop();
  }

  /** The same with what is known here alone. */
  #resumeHere(asked: Resumption, holder: SessionHolder): Resumed {
    const state = this.#store?.resume(asked, holder);
    if (state !== undefined) this.#writeLater(asked.id);
    return state;
  }

  #refresh(session: StoredSession): void {
    if (session.digest === undefined || !this.#redis.isUp) return;
    const after = this.#after(session.id, session.connection);
    if (session.written !== this.#times) this.#write(session);
    else if (session.away === undefined) this.#scripts.refresh(session, after);
    else this.#scripts.left(session, after);
  }

  #writeAgain(id: string): void {
    if (!this.#redis.isUp) return;
    this.#unwritten.delete(id);
    const session = this.#store?.get(id);
    if (session?.digest !== undefined) this.#write(session);
    else this.#changes.sayUnsaid(id);
  }

  #write(session: Readonly<StoredSession>): void {
    const { id, connection } = session;
    // before all there is, so that Redis has both this and what others have changed, if it has to be asked for that
    this.#changes.sayUnsaid(id);
    this.#store?.written(id, this.#times);
    const { user, proven, tags } = session;
    const after = this.#after(id, connection);
    this.#scripts.whole(session, (error, standing, code, fields) => {
      if (standing !== Standing.BEHIND) after(error, standing, code, fields);
      else {
        const now = this.#store?.get(id);
        const same = now?.user === user && now?.proven === proven && now?.tags === tags;
        if (now !== undefined && same) this.#changes.catchUp(now, fields);
        this.#writeLater(id);
      }
    });
  }

  #writeLater(id: string): void {
    this.#unwritten.add(id);
  }

  /**
   * What is to be done when it is known where a session stands.
   * @param connection the one that it has where it is expected to be here
   */
  #after(id: string, connection?: string): Stands {
    return (error, standing, code) => {
      const store = this.#store;
      if (store?.get(id) === undefined) return;
      if (error !== undefined || standing === Standing.UNKNOWN) this.#writeLater(id);
      else if (standing === Standing.OVER) store.end(id, code);
      else if (standing === Standing.ELSEWHERE && connection !== undefined) store.drop(id, connection);
    };
  }

  #moved(data: Buffer): void {
    const [id = "", connection = ""] = readLengthened(data, 2).texts;
    this.#resuming.moved(id, connection);
    this.#store?.drop(id, connection);
  }

  #ended(data: Buffer): void {
    const [id = ""] = readLengthened(data.subarray(2), 1).texts;
    const code = data.readUInt16LE();
    this.#resuming.ended(id, code);
    this.#store?.end(id, code);
  }
}
