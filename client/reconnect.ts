import { afterClose, CloseCode } from "../shared/codes.ts";
import { Kind, type ServerMessage } from "../shared/message.ts";
import { backoff, requestedDelay } from "./backoff.ts";
import type { Credentials } from "./credentials.ts";
import { type Link, type LinkListener, type LinkState, LOST, type StateReason, stateReason } from "./link.ts";
import { isHidden, watchPage } from "./page-life.ts";
import { type ReconnectOptions, reconnectOptions } from "./reconnect-options.ts";

/** The least wait where the server says that this client was too much for it. */
const LATER_MS = 30_000;
const UNSEEN = "dials when the page is visible";

export interface ReconnectParts {
  readonly dial: (listener: LinkListener) => Link;
  readonly listener: LinkListener;
  readonly credentials: Credentials;
  readonly options: ReconnectOptions | undefined;
}

/** Wraps the dialling of links, and is one that comes back after a loss. */
export class Reconnect implements Link {
  state: LinkState = "waiting";
  readonly #parts: ReconnectParts;
  readonly #options: Required<ReconnectOptions>;
  #link: Link | undefined;
  /** Counts dials and their ends: what belongs to an earlier one is heard no more. */
  #round = 0;
  /** Waits by back-off since the last connection that lasted. */
  #retries = 0;
  /** Attempts in a row that failed. */
  #failures = 0;
  #openedAt: number | undefined;
  #lostAt: number | undefined;
  #welcomed = false;
  /** Whether a new token was asked for because the server took none, and it has not taken one since. */
  #refused = false;
  /** Whether the wait is the server's will, which nothing on this side cuts short but the application. */
  #later = false;
  #goaway: { readonly afterMs: number; readonly text: string } | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  /** @throws RangeError where an option makes no sense */
  constructor(parts: ReconnectParts) {
    this.#parts = parts;
    this.#options = reconnectOptions(parts.options);
  }

  /** Whether the server asked to leave, so that nothing new should begin on this connection. */
  get leaving(): boolean {
    return this.#goaway !== undefined;
  }

  /** Whether new requests may be sent. */
  get accepting(): boolean {
    return this.state === "open" && !this.leaving;
  }

  /** Dials for the first time; does nothing afterwards. */
  start(): void {
    if (this.#unwatch !== undefined || this.state === "closed") return;
    this.#watch();
    this.#connectIfSeen("first use", { text: "" });
  }

  send(piece: Uint8Array): void {
    this.#link?.send(piece);
  }

  probe(): void {
    this.#link?.probe();
  }

  /** Gives up the connection there is, and dials now. Does nothing where it is closed for good. */
  reconnect(): void {
    if (this.state === "closed") return;
    const text = "asked to";
    this.#watch();
    this.#part({ code: CloseCode.NORMAL, text });
    this.#parts.credentials.forget();
    this.#connect(text);
  }

  /** After GOAWAY, once nothing is pending: leaves, to come back when the server said. */
  leave(): void {
    if (this.#link === undefined || this.#goaway === undefined) return;
    const reason = { code: CloseCode.GOING_AWAY, text: this.#goaway.text };
    const link = this.#link;
    this.#lost(reason, () => link.close(reason));
  }

  close(reason: StateReason): void {
    if (this.state === "closed") return;
    this.#part(reason);
    this.#finish(reason);
  }

  #watch(): void {
    this.#unwatch ??= watchPage((why) => {
      if (this.state !== "waiting") this.probe();
      else if (!this.#later && !this.#unseen) this.#connect(why);
    });
  }

  get #unseen(): boolean {
    return !this.#options.whileHidden && isHidden();
  }

  /** @param reason why there is no connection */
  #connectIfSeen(why: string, reason: StateReason): void {
    this.#later = false;
    if (!this.#unseen) this.#connect(why);
    else this.#become("waiting", { ...reason, text: reason.text === "" ? UNSEEN : `${reason.text}; ${UNSEEN}` });
  }

  #connect(why: string): void {
    clearTimeout(this.#retryTimer);
    this.#later = false;
    const round = ++this.#round;
    this.#become("connecting", { text: why, ...this.#attempt });
    // a listener of that state may have closed it, or made it dial anew
    if (round !== this.#round) return;
    const waiting = this.#parts.credentials.prepare();
    if (waiting === undefined) this.#dial(round);
    else {
      waiting.then(
        () => this.#dial(round),
        (error) => {
          if (round === this.#round) this.#lost({ text: `no token: ${error}` });
        },
      );
    }
  }

  #dial(round: number): void {
    if (round !== this.#round) return;
    try {
      this.#link = this.#parts.dial({
        state: (state, reason) => {
          if (round !== this.#round) return;
          if (state === "open") this.#opened();
          else if (state === "closed") this.#lost(reason);
        },
        message: (message) => {
          if (round === this.#round) this.#received(message);
        },
        ignored: (error) => this.#parts.listener.ignored(error),
      });
    } catch (error) {
      this.#lost(stateReason(LOST, `no WebSocket could be made: ${error}`));
    }
  }

  #opened(): void {
    const now = performance.now();
    this.#openedAt = now;
    this.#parts.credentials.opened();
    const away = this.#lostAt === undefined ? undefined : ((now - this.#lostAt) / 1_000).toFixed(1);
    this.#become("open", { text: away === undefined ? "connected" : `reconnected after ${away} s` });
  }

  #received(message: ServerMessage): void {
    if (message[0] === Kind.WELCOME) this.#welcomed = true;
    if (message[0] === Kind.GOAWAY) {
      this.#goaway = { afterMs: requestedDelay(message[2].reconnectAfterMs), text: message[1] };
    }
    this.#parts.listener.message(message);
  }

  /** Forgets the link. @param reason to close it with, where it is not closed */
  #part(reason?: StateReason): void {
    const link = this.#link;
    this.#link = undefined;
    this.#round++;
    this.#goaway = undefined;
    this.#parts.credentials.lost();
    if (this.#openedAt !== undefined) this.#lostAt = performance.now();
    this.#openedAt = undefined;
    this.#welcomed = false;
    if (reason !== undefined) link?.close(reason);
  }

  /** @param closeLink called where the link is still to be closed */
  #lost(reason: StateReason, closeLink?: () => void): void {
    const goaway = this.#goaway;
    const { attempts, minDelayMs, maxDelayMs, stableMs } = this.#options;
    const lasted = this.#openedAt !== undefined && performance.now() - this.#openedAt >= stableMs;
    if (lasted) {
      this.#retries = this.#failures = 0;
      if (this.#welcomed) this.#refused = false;
    }
    this.#part();
    closeLink?.();
    const code = reason.code ?? LOST;
    // after GOAWAY even a plain "done" is no reason to stay away
    const next = goaway !== undefined && code === CloseCode.NORMAL ? "reconnect" : afterClose(code);
    if (next === "new-token" && !this.#refused && this.#parts.credentials.refused()) {
      this.#refused = true;
      this.#wait(0, "with a new token", reason);
    } else if (next === "stop" || next === "new-token") {
      this.#finish(reason);
    } else {
      if (!lasted && goaway === undefined) this.#failures++;
      if (this.#failures >= attempts) {
        this.#finish({ ...reason, text: `${reason.text}; gave up after ${this.#failures} failed attempts` });
        return;
      }
      const delay = goaway?.afterMs ?? backoff(this.#retries++, minDelayMs, maxDelayMs);
      const later = next === "reconnect-later";
      this.#later = later || goaway !== undefined;
      this.#wait(later ? LATER_MS + delay : delay, goaway ? "as the server asked" : `retry ${this.#retries}`, reason);
    }
  }

  /** @param why to dial after that */
  #wait(retryMs: number, why: string, reason: StateReason): void {
    const told = { ...reason, ...this.#attempt };
    if (this.#unseen && !this.#later) {
      this.#connectIfSeen(why, told);
      return;
    }
    this.#retryTimer = setTimeout(() => this.#connectIfSeen(why, told), retryMs);
    this.#become("waiting", { ...told, retryMs });
  }

  get #attempt(): { attempt?: number } {
    return this.#retries > 0 ? { attempt: this.#retries } : {};
  }

  #finish(reason: StateReason): void {
    clearTimeout(this.#retryTimer);
    this.#parts.credentials.forget();
    this.#unwatch?.();
    this.#become("closed", reason);
  }

  #become(state: LinkState, reason: StateReason): void {
    this.state = state;
    this.#parts.listener.state(state, reason);
  }
}
