import { afterClose, CloseCode } from "../shared/codes.ts";
import { Kind } from "../shared/message.ts";
import { backoff, requestedDelay } from "./backoff.ts";
import type { Credentials } from "./credentials.ts";
import { type Link, type LinkListener, type LinkState, LOST, type StateReason, stateReason, UNSEEN } from "./link.ts";
import { isHidden, watchPage } from "./page-life.ts";
import { type ReconnectOptions, reconnectOptions } from "./reconnect-options.ts";

/** The least wait where the server says that this client was too much for it. */
const LATER_MS = 30_000;

export interface ReconnectParts {
  readonly dial: (listener: LinkListener) => Link;
  readonly listener: LinkListener;
  readonly credentials: Credentials;
  readonly options: ReconnectOptions | undefined;
}

/** Wraps the dialling of links, and is one that comes back after a loss. Made by {@link createReconnect}. */
export interface Reconnect extends Link {
  /** Whether the server asked to leave, so that nothing new should begin on this connection. */
  readonly leaving: boolean;
  /** Whether new requests may be sent. */
  readonly accepting: boolean;
  /** Dials for the first time; does nothing afterwards. */
  start(): void;
  /**
   * Gives up the connection there is, and dials now. Does nothing where it is closed for good.
   *
   * @param why in words @default "asked to"
   * @param anew whether a token function is asked again @default false
   */
  reconnect(why?: string, anew?: boolean): void;
  /** After GOAWAY, once nothing is pending: leaves, to come back when the server said. */
  leave(): void;
}

/** @throws RangeError where an option makes no sense */
export function createReconnect({ dial, listener, credentials, options }: ReconnectParts): Reconnect {
  const { attempts, minDelayMs, maxDelayMs, stableMs, whileHidden } = reconnectOptions(options);
  let state: LinkState = "waiting";
  let link: Link | undefined;
  /** Counts dials and their ends: what belongs to an earlier one is heard no more. */
  let round = 0;
  /** Waits by back-off since the last connection that lasted. */
  let retries = 0;
  /** Attempts in a row that failed: no server welcomed them. */
  let failures = 0;
  let openedAt: number | undefined;
  let lostAt: number | undefined;
  let welcomed = false;
  /** Whether a new token was asked for because the server refused one, and it has taken none since. */
  let refused = false;
  /** Whether the wait is the server's will, which nothing on this side cuts short but the application. */
  let later = false;
  let goaway: { readonly afterMs: number | undefined; readonly text: string } | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let unwatch: (() => void) | undefined;

  function watch(): void {
    unwatch ??= watchPage((why) => {
      if (state !== "waiting") link?.probe();
      else if (!later && !unseen()) connect(why);
    });
  }

  function unseen(): boolean {
    return !whileHidden && isHidden();
  }

  function become(next: LinkState, reason: StateReason): void {
    state = next;
    listener.state(next, reason);
  }

  function numbered(reason: StateReason): StateReason {
    return retries > 0 ? { ...reason, attempt: retries } : reason;
  }

  /** @param reason why there is no connection, where there was an attempt */
  function connectIfSeen(why: string, reason?: StateReason): void {
    later = false;
    if (unseen()) become("waiting", { ...reason, text: reason === undefined ? UNSEEN : `${reason.text}; ${UNSEEN}` });
    else connect(why);
  }

  function connect(why: string): void {
    clearTimeout(retryTimer);
    later = false;
    const mine = ++round;
    become("connecting", numbered({ text: why }));
    // a listener of that state may have closed it, or made it dial anew
    if (mine !== round) return;
    const hidden = unseen();
    const preparing = credentials.prepare();
    if (preparing === undefined) dialNow(mine);
    else {
      preparing.then(
        () => {
          if (mine !== round) return;
          if (unseen() && !hidden) become("waiting", { text: UNSEEN });
          else dialNow(mine);
        },
        // a token function too may have closed it, or made it dial anew
        (error) => mine === round && lost({ text: `no token: ${error}` }),
      );
    }
  }

  function dialNow(mine: number): void {
    if (mine !== round) return;
    try {
      link = dial({
        state(next, reason) {
          if (mine !== round) return;
          if (next === "open") opened();
          else lost(reason);
        },
        message(message) {
          if (mine !== round) return;
          if (message[0] === Kind.WELCOME) [welcomed, failures] = [true, 0];
          if (message[0] === Kind.GOAWAY) {
            const asked: unknown = message[2]?.reconnectAfterMs;
            const afterMs = typeof asked === "number" && asked >= 0 ? requestedDelay(asked) : undefined;
            goaway = { afterMs, text: message[1] };
          }
          listener.message(message);
        },
        ignored: listener.ignored,
      });
    } catch (error) {
      lost(stateReason(LOST, `no WebSocket could be made: ${error}`));
    }
  }

  function opened(): void {
    openedAt = performance.now();
    const mine = round;
    credentials.opened();
    if (mine !== round) return;
    // a clock may be set back meanwhile
    const text =
      lostAt === undefined
        ? "connected"
        : `reconnected after ${(Math.max(0, Date.now() - lostAt) / 1_000).toFixed(1)} s`;
    become("open", { text });
  }

  /** Forgets the link. @param reason to close it with, where it is not closed */
  function part(reason?: StateReason): void {
    const old = link;
    link = goaway = undefined;
    round++;
    credentials.lost();
    if (openedAt !== undefined) lostAt = Date.now();
    openedAt = undefined;
    welcomed = false;
    if (reason !== undefined) old?.close(reason);
  }

  /** How long to wait: one that asks to leave at once, again and again, is not dialled without a pause. */
  function pause(askedMs: number | undefined, lasted: boolean): number {
    if (askedMs !== undefined && lasted) return askedMs;
    return Math.max(askedMs ?? 0, backoff(retries++, minDelayMs, maxDelayMs));
  }

  /** @param open whether the link is still to be closed */
  function lost(reason: StateReason, open = false): void {
    const asked = goaway;
    const lasted = openedAt !== undefined && performance.now() - openedAt >= stableMs;
    const failed = !lasted && !welcomed && asked === undefined;
    if (lasted) {
      retries = failures = 0;
      if (welcomed) refused = false;
    }
    part(open ? reason : undefined);
    const code = reason.code ?? LOST;
    // after GOAWAY even a plain "done" is no reason to stay away
    const next = asked !== undefined && code === CloseCode.NORMAL ? "reconnect" : afterClose(code);
    if (next === "new-token" && !refused && credentials.refused()) {
      refused = true;
      wait(0, "with a new token", reason);
    } else if (next === "stop" || next === "new-token") finish(reason);
    else {
      if (failed) failures++;
      if (failures >= attempts) {
        finish({ ...reason, text: `${reason.text}; gave up after ${failures} failed attempts` });
        return;
      }
      const delay = pause(asked?.afterMs, lasted);
      const long = next === "reconnect-later";
      later = long || asked !== undefined;
      wait(long ? LATER_MS + delay : delay, asked === undefined ? `retry ${retries}` : "as the server asked", reason);
    }
  }

  /** @param why to dial after that */
  function wait(retryMs: number, why: string, reason: StateReason): void {
    const told = numbered(reason);
    if (unseen() && !later) connectIfSeen(why, told);
    else {
      retryTimer = setTimeout(() => connectIfSeen(why, told), retryMs);
      become("waiting", { ...told, retryMs });
    }
  }

  function finish(reason: StateReason): void {
    clearTimeout(retryTimer);
    credentials.forget();
    unwatch?.();
    become("closed", reason);
  }

  return {
    get state() {
      return state;
    },
    get leaving() {
      return goaway !== undefined;
    },
    get accepting() {
      return state === "open" && goaway === undefined;
    },
    start() {
      if (unwatch !== undefined || state === "closed") return;
      watch();
      connectIfSeen("first use");
    },
    send: (piece) => link?.send(piece),
    probe: () => link?.probe(),
    reconnect(why = "asked to", anew = false) {
      if (state === "closed") return;
      watch();
      part({ code: CloseCode.NORMAL, text: why });
      if (anew) credentials.forget();
      connect(why);
    },
    leave() {
      if (link !== undefined && goaway !== undefined) lost({ code: CloseCode.GOING_AWAY, text: goaway.text }, true);
    },
    close(reason) {
      if (state === "closed") return;
      part(reason);
      finish(reason);
    },
  };
}
