import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { AddressRanges, plainAddress } from "./address-ranges.ts";
import { clientDescriber } from "./client-address.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { Topics } from "./topics.ts";
import type { HttpAnswer, Transport, TransportHooks, TransportOptions } from "./transport.ts";
import { WsSocket } from "./ws-socket.ts";

export interface WsTransportOptions extends Pick<TransportOptions, "maxPayload" | "sendBudget" | "trustedProxies"> {
  /** The port of the HTTP server whose upgrades these are. */
  readonly port: number;
}

/** A transport that opens no port of its own. */
export interface WsTransport extends Transport {
  /** Takes an upgrade of a `node:http` server: its arguments as they come. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** A message over the limit is to be refused by name: see the behaviour of uWebSockets.js. */
const REFUSABLE = 4;
/** How long a client may take to answer a close frame, in milliseconds. */
const CLOSE_MS = 2_000;
const RESTARTING: HttpAnswer = { status: 503, body: "Restarting\n" };

/**
 * The transport over `ws`, for the few WebSockets of a `node:http` server: the control port's dashboard. Without
 * permessage-deflate, as everywhere: the protocol deflates by itself.
 */
export function createWsTransport(options: WsTransportOptions, hooks: TransportHooks): WsTransport {
  const { port, maxPayload, sendBudget, trustedProxies } = options;
  const topics = new Topics();
  const describe = clientDescriber(new AddressRanges(trustedProxies), false);
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    ...{ noServer: true, perMessageDeflate: false, closeTimeout: CLOSE_MS },
    maxPayload: maxPayload * REFUSABLE,
    handleProtocols: (_, request) => subprotocols.get(request) || false,
  });
  let listening = false;

  return {
    publish: (topic, frame) => topics.publish(topic, frame),

    listen() {
      listening = true;
      return Promise.resolve(port);
    },

    stopListening() {
      listening = false;
    },

    close() {
      listening = false;
      for (const raw of server.clients) raw.terminate();
    },

    upgrade(incoming, socket, head) {
      const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
      const headers = headersOf(incoming);
      const offers = (headers.get("sec-websocket-protocol") ?? "").split(",").map((offer) => offer.trim());
      const peer = plainAddress(incoming.socket.remoteAddress ?? "");
      const request = {
        ...{ path, query, headers, offers: offers.filter((offer) => offer !== "") },
        ...describe(peer, headers),
      };
      const answer = listening ? hooks.upgrade(request) : RESTARTING;
      if ("status" in answer) {
        refuseUpgrade(socket, answer);
        return;
      }
      subprotocols.set(incoming, answer.subprotocol);
      server.handleUpgrade(incoming, socket, head, (raw) => {
        // what breaks a connection closes it as well, and that is told
        raw.on("error", () => undefined);
        const own = new WsSocket(raw, topics, sendBudget);
        own.attach(hooks.open(own, request, answer.subprotocol));
      });
    },
  };
}

function headersOf({ headers }: IncomingMessage): Map<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return new Map(entries);
}
