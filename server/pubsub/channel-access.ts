import { AppError } from "../../shared/errors.ts";
import type { Position } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import { asRefusal } from "../dispatch/as-refusal.ts";
import type { Deadlines, Timed } from "../dispatch/deadlines.ts";
import { isPending, type Verdict } from "../dispatch/guard.ts";
import { overloaded } from "../overloaded.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { type ChannelAction, type ChannelGuard, type ChannelRequest, checkGuard, notYours } from "./channel-guard.ts";
import type { ChannelRules } from "./channel-rules.ts";

export interface ChannelAccessServices {
  readonly rules: ChannelRules;
  readonly sessions: Pick<Sessions, "of">;
  readonly deadlines: Pick<Deadlines, "add" | "delete">;
  /** How long an application may take to decide, in milliseconds. */
  readonly callTimeoutMs: number;
  /** What of one connection may be waiting for that: the larger one of these. */
  readonly maxCalls: number;
  readonly maxChannels: number;
  /** Told of what is the application's fault. */
  failed(error: unknown): void;
}

/** Called once: with nothing where a client may do what it wants, or with what to tell it. */
export type Decided = (error: AppError | undefined) => void;

export interface WantedSubscription {
  readonly connection: Connection;
  readonly channel: string;
  /** Whether it wants to hear who comes and goes. */
  readonly watch: boolean;
  /** The last publication that the client knows, where it wants all that came after it. */
  readonly since: Position | undefined;
}

/** A wish that the application thinks about. */
interface Pending extends Timed {
  readonly action: ChannelAction;
  readonly channel: string;
  decide(error: AppError | undefined): void;
}

/** How long who asks too much is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 100;

/** Decides what clients may do in which channels, before anything is done. Where no rule minds, that costs nothing. */
export class ChannelAccess {
  readonly #services: ChannelAccessServices;
  readonly #pending = new WeakMap<Connection, Set<Pending>>();

  constructor(services: ChannelAccessServices) {
    this.#services = services;
  }

  /** Whether any rule minds who does what. */
  get guarded(): boolean {
    return this.#services.rules.guarded;
  }

  /**
   * Decides about a wish. Where no application has to think, `decided` is called at once; it is not called where the
   * connection goes meanwhile.
   * @param data what is to be published
   */
  check(connection: Connection, action: ChannelAction, channel: string, data: unknown, decided: Decided): void {
    const { rules } = this.#services;
    if (!this.guarded || connection.system) {
      decided(undefined);
      return;
    }
    let verdicts: Promise<Verdict>[];
    try {
      verdicts = this.#ask(rules.guardsOf(channel), connection, action, channel, data);
    } catch (error) {
      decided(asRefusal(error, this.#services.failed));
      return;
    }
    if (verdicts.length === 0) decided(undefined);
    else this.#wait(connection, action, channel, verdicts, decided);
  }

  /**
   * The same for a subscription, and all that comes with it. What came before it is left out where the client may not see
   * that: `decided` gets the place to go on from.
   */
  subscription(
    { connection, channel, watch, since }: WantedSubscription,
    decided: (error: AppError | undefined, since: Position | undefined) => void,
  ): void {
    if (!this.guarded) {
      decided(undefined, since);
      return;
    }
    const history = () => {
      if (since === undefined) decided(undefined, since);
      else
        this.check(connection, "history", channel, undefined, (no) =>
          decided(undefined, no === undefined ? since : undefined),
        );
    };
    const presence = (refusal: AppError | undefined) => {
      if (refusal !== undefined || !watch) next(refusal);
      else this.check(connection, "presence", channel, undefined, next);
    };
    const next = (refusal: AppError | undefined) => {
      if (refusal === undefined) history();
      else decided(refusal, undefined);
    };
    this.check(connection, "subscribe", channel, undefined, presence);
  }

  /** The same, for who waits anyway. Rejects where the client may not. */
  allowed(connection: Connection, action: ChannelAction, channel: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.check(connection, action, channel, undefined, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** A connection does not want to subscribe to a channel after all. */
  cancel(connection: Connection, channel: string): void {
    for (const pending of this.#pending.get(connection) ?? []) {
      if (pending.action !== "subscribe" || pending.channel !== channel) continue;
      pending.decide(new AppError("CANCELLED", `The subscription to "${channel}" was ended before it began.`));
    }
  }

  /** A connection is gone. */
  forget(connection: Connection): void {
    for (const pending of this.#pending.get(connection) ?? []) this.#services.deadlines.delete(pending);
    this.#pending.delete(connection);
  }

  /** Asks all rules that have a say. @returns what is not decided yet. @throws what refuses it */
  #ask(
    guards: readonly ChannelGuard[],
    connection: Connection,
    action: ChannelAction,
    channel: string,
    data: unknown,
  ): Promise<Verdict>[] {
    const verdicts: Promise<Verdict>[] = [];
    const { user } = connection;
    for (const guard of guards) checkGuard(guard, channel, user);
    const { sessions } = this.#services;
    const request: ChannelRequest = {
      ...{ action, channel, user, connection, data },
      get session() {
        return sessions.of(connection);
      },
    };
    for (const { authorize } of guards) {
      const verdict = authorize?.(request);
      if (isPending(verdict)) {
        // another rule may refuse at once, and nobody would look after this one then
        verdict.catch(() => undefined);
        verdicts.push(verdict);
      } else if (verdict === false) throw notYours(channel);
    }
    return verdicts;
  }

  #wait(
    connection: Connection,
    action: ChannelAction,
    channel: string,
    verdicts: readonly Promise<Verdict>[],
    decided: Decided,
  ): void {
    const { deadlines, callTimeoutMs, maxCalls, maxChannels } = this.#services;
    const { user } = connection;
    const waiting = this.#pending.get(connection) ?? new Set();
    this.#pending.set(connection, waiting);
    const pending: Pending = {
      ...{ action, channel, deadline: performance.now() + callTimeoutMs },
      expired: () => pending.decide(new AppError("TIMEOUT")),
      decide(error) {
        if (!waiting.delete(pending)) return;
        deadlines.delete(pending);
        if (!connection.open) return;
        // who logs out while it is decided gets nothing by that
        const another = connection.user === user ? undefined : new AppError("FORBIDDEN", "You are somebody else now.");
        decided(error ?? another);
      },
    };
    const all = Promise.all(verdicts).then((found) => {
      if (found.includes(false)) throw notYours(channel);
    });
    if (waiting.size >= Math.max(maxCalls, maxChannels)) {
      all.catch(() => undefined);
      decided(overloaded(RETRY_AFTER_MS));
      return;
    }
    waiting.add(pending);
    deadlines.add(pending);
    all.then(
      () => pending.decide(undefined),
      (error: unknown) => pending.decide(asRefusal(error, this.#services.failed)),
    );
  }
}
