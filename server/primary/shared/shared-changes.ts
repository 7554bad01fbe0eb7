import { createPack } from "../../../shared/msgpack-codec.ts";
import type { SessionChange } from "../../sessions/session-state.ts";
import type { SessionStore } from "../session-store.ts";
import type { StoredSession } from "../stored-session.ts";
import { readLengthened } from "./fields.ts";
import type { Resuming } from "./resuming.ts";
import { differences, isMade } from "./session-differences.ts";
import { readSessionFields } from "./session-fields.ts";
import type { SessionScripts, Stands } from "./session-scripts.ts";
import { UnsaidChanges } from "./unsaid-changes.ts";

export interface SharedChangesOptions {
  readonly scripts: SessionScripts;
  readonly resuming: Resuming;
  store(): SessionStore | undefined;
  /** What is to be done when it is known where a session stands. */
  after(id: string): Stands;
  /** All that is known of a session has to be written once more. */
  writeLater(id: string): void;
}

/**
 * What becomes of users and tags of sessions: said to Redis, and heard of other hosts. Any host may change any session, and
 * messages between them may be lost; so Redis counts what other hosts than its own have changed of one, and its host, which
 * writes all it knows of it now and then, is told what Redis knows instead where it has not heard of all.
 */
export class SharedChanges {
  readonly #options: SharedChangesOptions;
  readonly #pack = createPack();
  readonly #unsaid = new UnsaidChanges();

  constructor(options: SharedChangesOptions) {
    this.#options = options;
  }

  /** @param id maybe of a session that has gone on at another host */
  say(id: string, change: SessionChange): void {
    this.#say(id, this.#unsaid.take(id, change));
  }

  /** Says what could not be said before, if there is anything. */
  sayUnsaid(id: string): void {
    if (!this.#unsaid.has(id)) return;
    const change = this.#unsaid.take(id);
    const session = this.#session(id);
    // it may have come here meanwhile, or another change of it
    if (session !== undefined && !isMade(change, session)) this.#options.store()?.changed(id, change, undefined);
    this.#say(id, change);
  }

  changedElsewhere(data: Buffer): void {
    const { texts, rest } = readLengthened(data, 2);
    const [id = "", number] = texts;
    const change = this.#pack.unpack(rest) as SessionChange;
    this.#options.resuming.changed(id, Number(number), change);
    this.hear(id, Number(number), change);
  }

  /** @param number of the change among those that other hosts have made of the session */
  hear(id: string, number: number, change: SessionChange): void {
    const session = this.#session(id);
    // known by now, as Redis has told all there is
    if (session === undefined || number <= session.heard) return;
    const { scripts, store, writeLater } = this.#options;
    store()?.changed(id, change, undefined);
    if (number === session.heard + 1) store()?.heard(id, number);
    else writeLater(id);
    scripts.has(session);
  }

  /** Other hosts have changed it, and this one has not heard so. @param fields all that Redis knows of it */
  catchUp(session: Readonly<StoredSession>, fields: readonly Buffer[]): void {
    const { scripts, store } = this.#options;
    const state = readSessionFields(fields);
    store()?.changed(session.id, differences(session, state), undefined);
    store()?.heard(session.id, state.changes);
    scripts.has(session);
  }

  /** Where it is not known to Redis now, it is later. */
  #say(id: string, change: SessionChange): void {
    const { scripts, after, writeLater } = this.#options;
    const then = after(id);
    scripts.changed(id, change, this.#pack.pack(change), (error, ...standing) => {
      if (error === undefined) then(error, ...standing);
      else if (this.#unsaid.keep(id, change, this.#session(id) !== undefined)) writeLater(id);
    });
  }

  #session(id: string): Readonly<StoredSession> | undefined {
    return this.#options.store()?.get(id);
  }
}
