import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type Server, WebSocketServer } from "ws";
import type { Frame } from "../../shared/message.ts";
import type { DescribeClient } from "./client-address.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { Topics } from "./topics.ts";
import type { TransportHooks, TransportOptions } from "./transport.ts";
import { encodeFrame } from "./ws-frame.ts";
import { TellingSocket, WsSocket, type WsSocketOptions } from "./ws-socket.ts";

export interface WsCoreOptions extends Pick<TransportOptions, "maxPayload" | "sendBudget"> {
  readonly describe: DescribeClient;
}

/** A request for a WebSocket that came to a server of `node:http`. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly stream: Socket;
  /** What came behind the request. */
  readonly head: Buffer;
  /** The address that the connection comes from, or that is believed in its place. */
  readonly peer: string;
  /** It has become a WebSocket. */
  taken?(): void;
}

const OFFERS = "sec-websocket-protocol";
/** A message over the limit is to be refused by name: see the behaviour of uWebSockets.js. */
const REFUSABLE = 4;
/** How long a client may take to answer a close frame, in milliseconds. */
const CLOSE_MS = 2_000;

/**
 * What all transports over `ws` have in common: WebSockets, whatever port they came to. Without permessage-deflate, as
 * everywhere: the protocol deflates by itself.
 */
export class WsCore {
  readonly #topics = new Topics<Buffer>();
  readonly #options: WsCoreOptions;
  readonly #hooks: TransportHooks;
  readonly #sockets = new Set<WsSocket>();
  readonly #server: Server<typeof TellingSocket>;
  readonly #socketOptions: WsSocketOptions;
  /** Those who have publications of this turn to send. */
  #corked: WsSocket[] = [];

  constructor(options: WsCoreOptions, hooks: TransportHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#socketOptions = {
      topics: this.#topics,
      sendBudget: options.sendBudget,
      flushLater: (socket) => {
        if (this.#corked.push(socket) === 1) process.nextTick(this.#flush);
      },
    };
    this.#server = new WebSocketServer({
      ...{ noServer: true, clientTracking: false, perMessageDeflate: false, closeTimeout: CLOSE_MS, autoPong: false },
      ...{ WebSocket: TellingSocket, maxPayload: options.maxPayload * REFUSABLE },
    });
  }

  /** Sends a frame, which is made once, to every subscriber of a topic. */
  publish(topic: string, frame: Frame): void {
    if (this.#topics.has(topic)) this.#topics.publish(topic, encodeFrame(frame));
  }

  /** Makes a WebSocket of a request, or refuses it, and hangs up. */
  upgrade({ request: incoming, stream, head, peer, taken }: Upgrade): void {
    const headers = headersOf(incoming);
    const { path, query } = splitUrl(incoming.url);
    const offers = (headers.get(OFFERS) ?? "").split(",").map((offer) => offer.trim());
    const request = {
      ...{ path, query, headers, offers: offers.filter((offer) => offer !== "") },
      ...this.#options.describe(peer, headers),
    };
    const answer = this.#hooks.upgrade(request);
    if ("status" in answer) {
      refuseUpgrade(stream, answer);
      return;
    }
    // of what was offered, it is decided already; `ws` refuses whole lists for what is wrong with them
    if (answer.subprotocol === "") delete incoming.headers[OFFERS];
    else incoming.headers[OFFERS] = answer.subprotocol;
    this.#server.handleUpgrade(incoming, stream, head, (raw) => {
      taken?.();
      const own = new WsSocket(raw, stream, this.#socketOptions);
      this.#sockets.add(own);
      raw.on("close", () => this.#sockets.delete(own));
      own.attach(this.#hooks.open(own, request, answer.subprotocol));
    });
  }

  /** Hangs up on everybody. */
  close(): void {
    for (const socket of [...this.#sockets]) socket.leave();
  }

  readonly #flush = (): void => {
    const corked = this.#corked;
    this.#corked = [];
    for (const socket of corked) socket.flush();
  };
}

/** Path and query of a request's target. */
export function splitUrl(url = "/"): { readonly path: string; readonly query: string } {
  const [path = "/", query = ""] = url.split(/\?(.*)/s, 2);
  return { path, query };
}

/** Headers by their names in lower case; one that comes several times is a list. */
export function headersOf({ headers }: IncomingMessage): Map<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return new Map(entries);
}
