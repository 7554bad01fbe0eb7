import { afterClose, CloseCode } from "../shared/codes.ts";
import { Kind, type ServerMessage } from "../shared/message.ts";
import { backoff, requestedDelay } from "./backoff.ts";
import { type Link, type LinkListener, type LinkState, LOST, type StateReason, stateReason } from "./link.ts";

/** A connection that stayed open this long counts as a success: the next loss begins with short delays again. */
const STABLE_MS = 5_000;
/** The least wait where the server says that this client was too much for it. */
const LATER_MS = 30_000;

/** Wraps the dialling of links, and is one that comes back after a loss. */
export class Reconnect implements Link {
  state: LinkState = "waiting";
  readonly #dial: (listener: LinkListener) => Link;
  readonly #listener: LinkListener;
  #link: Link | undefined;
  #attempts = 0;
  #later = false;
  #goaway: { readonly afterMs: number; readonly text: string } | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #stableTimer: ReturnType<typeof setTimeout> | undefined;
  #offOnline: (() => void) | undefined;

  constructor(dial: (listener: LinkListener) => Link, listener: LinkListener) {
    this.#dial = dial;
    this.#listener = listener;
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
    if (this.#offOnline !== undefined || this.state === "closed") return;
    this.#offOnline = onOnline(() => this.probe());
    this.#connect();
  }

  send(piece: Uint8Array): void {
    this.#link?.send(piece);
  }

  /** The network may be back: tries now what was waiting, and asks the server where a connection seems to live. */
  probe(): void {
    if (this.state === "waiting" && !this.#later) this.#connect();
    else this.#link?.probe();
  }

  /** After GOAWAY, once nothing is pending: leaves, to come back when the server said. */
  leave(): void {
    const link = this.#link;
    if (link === undefined || this.#goaway === undefined) return;
    const reason = { code: CloseCode.GOING_AWAY, text: this.#goaway.text };
    this.#link = undefined;
    link.close(reason);
    this.#lost(reason);
  }

  close(reason: StateReason): void {
    if (this.state === "closed") return;
    const link = this.#link;
    this.#link = undefined;
    link?.close(reason);
    this.#finish(reason);
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#later = false;
    this.#become("connecting");
    // a listener of that state may have closed it
    if (this.state !== "connecting") return;
    try {
      const link = this.#dial({
        state: (state, reason) => {
          if (link !== this.#link) return;
          if (state === "open") this.#opened();
          else if (state === "closed") this.#lost(reason ?? stateReason(LOST, ""));
        },
        message: (message) => {
          if (link === this.#link) this.#received(message);
        },
        ignored: (error) => this.#listener.ignored(error),
      });
      this.#link = link;
    } catch (error) {
      this.#lost(stateReason(LOST, `no WebSocket could be made: ${error}`));
    }
  }

  #opened(): void {
    this.#stableTimer = setTimeout(() => {
      this.#attempts = 0;
    }, STABLE_MS);
    this.#become("open");
  }

  #received(message: ServerMessage): void {
    if (message[0] === Kind.GOAWAY) {
      this.#goaway = { afterMs: requestedDelay(message[2].reconnectAfterMs), text: message[1] };
    }
    this.#listener.message(message);
  }

  #lost(reason: StateReason): void {
    const goaway = this.#goaway;
    clearTimeout(this.#stableTimer);
    this.#link = undefined;
    this.#goaway = undefined;
    // after GOAWAY even a plain "done" is no reason to stay away
    const next = goaway !== undefined && reason.code === CloseCode.NORMAL ? "reconnect" : afterClose(reason.code);
    if (next === "stop" || next === "new-token") {
      this.#finish(reason);
      return;
    }
    this.#later = next === "reconnect-later";
    const delay = goaway?.afterMs ?? backoff(this.#attempts++);
    const retryMs = this.#later ? LATER_MS + delay : delay;
    this.#retryTimer = setTimeout(() => this.#connect(), retryMs);
    this.#become("waiting", { ...reason, retryMs });
  }

  #finish(reason: StateReason): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#stableTimer);
    this.#offOnline?.();
    this.#become("closed", reason);
  }

  #become(state: LinkState, reason?: StateReason): void {
    this.state = state;
    this.#listener.state(state, reason);
  }
}

/** Calls back when a browser's network returns; elsewhere never. Returns the release. */
function onOnline(listener: () => void): () => void {
  if (typeof addEventListener !== "function") return () => {};
  addEventListener("online", listener);
  return () => removeEventListener("online", listener);
}
