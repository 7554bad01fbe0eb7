import type { Codec } from "../shared/codec.ts";
import { CloseCode } from "../shared/codes.ts";
import { createCompactCodec } from "../shared/compact-codec.ts";
import { AppError, errorFromReply, errorReply } from "../shared/errors.ts";
import {
  type ClientMessage,
  DIRECT_CHANNEL,
  type ErrorMessage,
  type HelloOptions,
  Kind,
  type ServerMessage,
  type WelcomeInfo,
} from "../shared/message.ts";
import { holdsPing, type Streams } from "../shared/stream-reader.ts";
import type { CallHost } from "./call.ts";
import { closedError, lostError } from "./closed-error.ts";
import type { HelperSlot } from "./codec-helper.ts";
import { Connection } from "./connection.ts";
import { type Credentials, createCredentials } from "./credentials.ts";
import { DECODE_BUDGET } from "./decode-budget.ts";
import { deferred } from "./deferred.ts";
import { createTransitions } from "./events.ts";
import type { LateDeflate } from "./late-deflate.ts";
import { type Limits, toldLimits, UNTOLD } from "./limits.ts";
import type { LinkListener, LinkState, StateReason } from "./link.ts";
import { createMiddlewares } from "./middleware.ts";
import { type ClientOptions, clientSettings } from "./options.ts";
import { createProcedures } from "./procedures.ts";
import { createReconnect, type Reconnect } from "./reconnect.ts";
import { Requests } from "./requests.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Teller } from "./teller.ts";
import { createTolerance } from "./tolerance.ts";
import { webSocketUrl } from "./url.ts";
import { VERSION } from "./version.ts";
import type { WebSocketConstructor } from "./web-socket.ts";

/** Puts a client's parts together: moves them along with the connection's state, and hands messages to them. */
export class Core {
  readonly codec: Codec<Uint8Array>;
  readonly #teller = new Teller();
  readonly events = this.#teller.events;
  readonly ready = deferred<void>();
  readonly middlewares = createMiddlewares((error) => this.report(error));
  readonly link: Reconnect;
  readonly requests: Requests;
  readonly calls: CallHost;
  readonly subscriptions: Subscriptions;
  readonly procedures = createProcedures(
    (message) => this.#send(message),
    (error) => this.report(error),
    () => this.requests.leaveIfIdle(),
  );
  readonly streams: Streams = new Map();
  readonly slot: HelperSlot = {};
  welcome: WelcomeInfo | undefined;
  ignored = 0;
  /** Called when the client is closed for good, after everybody was told. */
  ended: () => void = () => {};
  readonly #transitions = createTransitions((event, ...args) => this.tell(event, ...args));
  #wasOpen = false;
  /** Tells the server which of two connections is the later one, should one be held up on its way. */
  #turn = 0;
  readonly #credentials: Credentials;
  #limits: Limits = UNTOLD;
  #closing: AppError | undefined;

  constructor(url: string | URL, options: ClientOptions, webSocket: WebSocketConstructor, deflate: LateDeflate) {
    const settings = clientSettings(options);
    const { timeoutMs, attempts, connectTimeoutMs, tolerance } = settings;
    const codec = createCompactCodec({ deflate, budget: DECODE_BUDGET });
    this.codec = {
      ...codec,
      encode: (message) => this.middlewares.encode(message as ClientMessage, codec.encode),
    };
    for (const middleware of options.use ?? []) this.middlewares.use(middleware);
    const credentials = createCredentials(options.token, {
      timeoutMs: connectTimeoutMs,
      authenticate: (token) => this.#authenticate(token),
      report: (error) => this.reportToListeners(error),
    });
    this.#credentials = credentials;
    const dialled = { url: webSocketUrl(url), webSocket, codec, deflate, slot: this.slot, connectTimeoutMs };
    const hello = () => this.#hello(credentials.token);
    const dial = (listener: LinkListener) =>
      new Connection({ ...dialled, hello, limits: () => this.#limits }, listener);
    const listener: LinkListener = {
      state: (state, reason) => this.#changed(state, reason),
      message: (message) => this.#received(message),
      ignored: (error) => this.#ignore(error),
    };
    this.link = createReconnect({ dial, listener, credentials, options: options.reconnect });
    this.requests = new Requests({ ...settings, link: this.link, codec: this.codec, busy: () => this.procedures.busy });
    const tolerate = tolerance && createTolerance(tolerance, () => this.link.reconnect("too many timeouts"));
    // an application's own keys must never be one of these
    const prefix = Math.random().toString(36).slice(2);
    let lastKey = 0;
    this.calls = {
      ...{ requests: this.requests, timeoutMs, attempts },
      nextKey: () => `${prefix}.${(++lastKey).toString(36)}`,
      session: () => this.welcome?.session,
      attempted: (timedOut) => {
        tolerate?.(timedOut);
        if (timedOut) this.link.probe();
      },
      ended: (outcome) => this.tell("call", outcome),
      report: (error) => this.report(error),
    };
    this.subscriptions = new Subscriptions(this.requests, (error) => this.report(error));
  }

  close(): void {
    this.#closing ??= new AppError("CANCELLED", "The client was closed.");
    this.link.close({ code: CloseCode.NORMAL, text: this.#closing.message });
  }

  /** Who this is: the one it was, where the server has given it a session. */
  #hello(token: string | undefined): HelloOptions {
    const client = { name: "fugitive", version: VERSION };
    const who = token === undefined ? { client } : { client, token };
    const { session, secret } = this.welcome ?? {};
    if (typeof session !== "string" || typeof secret !== "string") return who;
    // the others are subscribed to with what was missed, and not before
    const channels = Object.fromEntries(this.subscriptions.plain.map((name) => [name, null]));
    return { ...who, resume: { session, secret, channels, turn: ++this.#turn } };
  }

  #authenticate(token: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.requests.send((id) => [Kind.AUTH, id, token], { answer: Kind.ACK, resolve, reject });
    });
  }

  #changed(state: LinkState, reason: StateReason): void {
    this.#teller.hold(() => {
      this.tell("state", state, reason);
      this.#transitions.changed(state, reason, this.#closing !== undefined);
      this.#follow(state, reason);
    });
    if (state === "closed") this.#teller.later(() => this.ended());
  }

  /** Lets the parts know. What listeners of a subscription do about it comes after it. */
  #follow(state: LinkState, reason: StateReason): void {
    if (state === "open") {
      this.#wasOpen = true;
      this.subscriptions.opened();
      this.requests.opened();
      this.ready.resolve();
    } else if (this.#wasOpen) {
      this.#wasOpen = false;
      this.subscriptions.lost();
      const error = this.#closing ?? lostError(state, reason);
      this.requests.lost(error);
      this.procedures.lost(error);
    }
    if (state === "closed") {
      const error = this.#closing ?? closedError(reason);
      this.subscriptions.end(this.#closing === undefined ? error : undefined);
      this.requests.end(error);
      this.ready.reject(error);
    }
  }

  #received(incoming: ServerMessage): void {
    if (incoming[0] === Kind.WELCOME) {
      this.#limits = toldLimits(incoming[1], this.#limits);
      this.requests.maxPayload = this.#limits.maxPayload;
    }
    const message = this.middlewares.incoming(incoming);
    if (message === undefined) return;
    switch (message[0]) {
      case Kind.WELCOME:
        this.welcome = message[1];
        this.#welcomed(message[1]);
        break;
      case Kind.EVENT:
      case Kind.PRESENCE:
        if (message[1] === DIRECT_CHANNEL) this.tell("direct", message[2]);
        else if (!this.subscriptions.deliver(message)) this.ignored++;
        break;
      case Kind.GOAWAY:
        this.requests.leaveIfIdle();
        break;
      case Kind.CALL:
      case Kind.CANCEL:
        if (!this.procedures.received(message)) this.ignored++;
        break;
      case Kind.PING: // only those about streams come here
        if (!holdsPing(this.streams, message[1])) this.pong(message[1]);
        break;
      default:
        if (message[0] === Kind.ERROR && message[1] == null) this.#heed(message);
        else if (!this.requests.settle(message) && !this.procedures.received(message)) this.ignored++;
    }
  }

  #welcomed(info: WelcomeInfo): void {
    const repeated = this.requests.welcomed(info.session);
    this.tell("welcome", info);
    const { resumed } = info;
    this.#teller.later(() => {
      // who was welcomed may have closed it
      if (this.link.state !== "open") return;
      this.#transitions.welcomed({ resumed, subscriptions: this.subscriptions.size, repeated });
    });
  }

  /** Answers a PING about a stream. */
  readonly pong = (echo: unknown): void => this.#send([Kind.PONG, echo]);

  /**
   * Sends what belongs to the connection there is, if there is one.
   *
   * @throws AppError `TOO_LARGE`, EncodeError: where an ERROR can say so instead. Of an ERROR or a PONG that is told
   */
  #send(message: ClientMessage): void {
    try {
      const piece = this.codec.encode(message);
      // the server would close the connection over it
      if (piece.length > this.requests.maxPayload) throw new AppError("TOO_LARGE");
      if (this.link.state === "open") this.link.send(piece);
    } catch (error) {
      if (message[0] !== Kind.ERROR && message[0] !== Kind.PONG) throw error;
      this.reportToListeners(error);
      // short, and so sure to go
      if (message[0] === Kind.ERROR && message.length > 4) this.#send(errorReply(message[1], error));
    }
  }

  /** Takes what is wrong with nothing that was asked for. */
  #heed(message: ErrorMessage): void {
    const error = errorFromReply(message);
    const { channel, expiresInMs } = Object(error.details);
    if (expiresInMs !== undefined) this.#credentials.expiring();
    if (!this.subscriptions.ended(channel, error)) this.#ignore(error);
  }

  /** Nothing here waits for it, so that it is told only to those who ask. */
  #ignore(error: unknown): void {
    this.ignored++;
    this.reportToListeners(error);
  }

  reportToListeners(error: unknown): void {
    if (this.events.has("error")) this.report(error);
  }

  readonly tell: Teller["tell"] = (event, ...args) => this.#teller.tell(event, ...args);

  report(error: unknown): void {
    this.#teller.report(error);
  }
}
