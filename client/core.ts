import { CloseCode } from "../shared/codes.ts";
import { Emitter } from "../shared/emitter.ts";
import { AppError, errorFromReply, errorReply } from "../shared/errors.ts";
import { Kind, type ServerMessage, type WelcomeInfo } from "../shared/message.ts";
import { createMsgpackCodec } from "../shared/msgpack-codec.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { Connection } from "./connection.ts";
import { deferred } from "./deferred.ts";
import type { LinkListener, LinkState, StateReason } from "./link.ts";
import { type ClientOptions, DEFAULTS } from "./options.ts";
import { Reconnect } from "./reconnect.ts";
import { Requests } from "./requests.ts";
import { Subscriptions } from "./subscriptions.ts";
import { webSocketUrl } from "./url.ts";
import { VERSION } from "./version.ts";
import type { WebSocketConstructor } from "./web-socket.ts";

/** What one frame of the server may cost to decode: more than a server takes, for it is the one that was chosen. */
const BUDGET = { maxPayload: 16_777_216, maxDepth: 64, maxElements: 1_000_000 };

/** What a client tells; `error` has what the server refused without an id, and what listeners threw. */
export interface ClientEvents {
  state: (state: LinkState, reason?: StateReason) => void;
  error: (error: unknown) => void;
  welcome: (info: WelcomeInfo) => void;
}

/** Puts a client's parts together: moves them along with the connection's state, and hands messages to them. */
export class Core {
  readonly codec = createMsgpackCodec({ deflate: portableDeflate, budget: BUDGET });
  readonly events = new Emitter<ClientEvents>();
  readonly ready = deferred<void>();
  readonly link: Reconnect;
  readonly requests: Requests;
  readonly subscriptions: Subscriptions;
  welcome: WelcomeInfo | undefined;
  ignored = 0;
  #wasOpen = false;
  #closing: AppError | undefined;

  constructor(url: string | URL, options: ClientOptions, webSocket: WebSocketConstructor) {
    const { timeoutMs, connectTimeoutMs, queueLimit } = { ...DEFAULTS, ...options };
    const { codec } = this;
    const hello = { client: { name: "fugitive", version: VERSION } };
    const dialled = { url: webSocketUrl(url), webSocket, codec, hello, connectTimeoutMs };
    const dial = (listener: LinkListener) =>
      new Connection({ ...dialled, maxPayload: this.requests.maxPayload }, listener);
    this.link = new Reconnect(dial, {
      state: (state, reason) => this.#changed(state, reason),
      message: (message) => this.#received(message),
      ignored: (error) => this.#ignore(error),
    });
    this.requests = new Requests({ timeoutMs, queueLimit, link: this.link, codec });
    this.subscriptions = new Subscriptions(this.requests, (error) => this.#report(error));
  }

  close(): void {
    this.#closing ??= new AppError("CANCELLED", "The client was closed.");
    this.link.close({ code: CloseCode.NORMAL, text: this.#closing.message });
  }

  #changed(state: LinkState, reason?: StateReason): void {
    if (state === "open") {
      this.#wasOpen = true;
      this.subscriptions.opened();
      this.requests.opened();
      this.ready.resolve();
    } else if (this.#wasOpen) {
      this.#wasOpen = false;
      this.subscriptions.lost();
      this.requests.lost(
        this.#closing ?? new AppError("UNAVAILABLE", "The connection was lost before the answer came."),
      );
    }
    if (state === "closed") {
      const error = this.#closing ?? closedError(reason);
      this.subscriptions.end(this.#closing === undefined ? error : undefined);
      this.requests.end(error);
      this.ready.reject(error);
    }
    this.#tell("state", state, reason);
  }

  #received(message: ServerMessage): void {
    switch (message[0]) {
      case Kind.WELCOME:
        this.welcome = message[1];
        if (message[1].maxPayload > 0) this.requests.maxPayload = message[1].maxPayload;
        this.#tell("welcome", message[1]);
        break;
      case Kind.EVENT:
        if (!this.subscriptions.deliver(message)) this.ignored++;
        break;
      case Kind.GOAWAY:
        this.requests.leaveIfIdle();
        break;
      case Kind.CALL: // this client offers no procedures
        this.link.send(this.codec.encode(errorReply(message[1], new AppError("NOT_FOUND"))));
        break;
      case Kind.CANCEL:
      case Kind.PRESENCE:
      case Kind.PING:
        this.ignored++;
        break;
      default:
        if (message[0] === Kind.ERROR && message[1] == null) this.#ignore(errorFromReply(message));
        else if (!this.requests.settle(message)) this.ignored++;
    }
  }

  /** Nothing here waits for it, so that it is told only to those who ask. */
  #ignore(error: unknown): void {
    this.ignored++;
    if (this.events.has("error")) this.#report(error);
  }

  #tell<Name extends "state" | "welcome">(event: Name, ...args: Parameters<ClientEvents[Name]>): void {
    try {
      this.events.emit(event, ...args);
    } catch (error) {
      this.#report(error);
    }
  }

  /** What an application's listener throws must not stop the client, nor be hidden. */
  #report(error: unknown): void {
    if (!this.events.has("error")) raise(error);
    else {
      try {
        this.events.emit("error", error);
      } catch (thrown) {
        raise(thrown);
      }
    }
  }
}

function raise(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function closedError(reason: StateReason | undefined): AppError {
  const code =
    reason?.code === CloseCode.UNAUTHENTICATED
      ? "UNAUTHENTICATED"
      : reason?.code === CloseCode.BANNED
        ? "FORBIDDEN"
        : "UNAVAILABLE";
  return new AppError(code, `The connection was closed for good: ${reason?.text}.`);
}
