import { createServer, type IncomingMessage } from "node:http";
import { type Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { once } from "../once.ts";
import { accept, portOf } from "./accept.ts";
import { AddressRanges, plainAddress } from "./address-ranges.ts";
import { readCertificate } from "./certificate.ts";
import { watchCertificate } from "./certificate-renewal.ts";
import { clientDescriber } from "./client-address.ts";
import type { ConnectionHandle, Deal } from "./deal.ts";
import { answerBy, respond } from "./node-routes.ts";
import { PlainConnections } from "./plain-connections.ts";
import type { PublicTransportOptions } from "./public-options.ts";
import { takeProxyHeader } from "./read-proxy-header.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import type { HttpAnswer, HttpRoute, Transport, TransportHooks } from "./transport.ts";
import { WsCore } from "./ws-core.ts";

/** 16 bytes in Base64. */
const KEY_LENGTH = 24;

export interface NodeTransportOptions extends PublicTransportOptions {
  /** Who does not come to the point within so many milliseconds is hung up on. @default 10_000 */
  readonly slowMs?: number;
}

/** As of uWebSockets.js: milliseconds, and bytes of a request's address and headers. */
const SLOW_MS = 10_000;
const MOST_HEADERS = 4_096;

/**
 * The transport over `node:http` and `ws`, for where uWebSockets.js has no binary. Its HTTP server never listens: it is
 * given each connection by whoever has accepted it, once it is known whose it is, and encrypted where that is wanted.
 */
export function createNodeTransport(
  options: NodeTransportOptions,
  hooks: TransportHooks,
  routes: readonly HttpRoute[],
): Transport {
  const { tls, deal, host, renewed, slowMs = SLOW_MS } = options;
  const trusted = new AddressRanges(options.trustedProxies);
  const core = new WsCore({ ...options, describe: clientDescriber(trusted, tls !== undefined) }, hooks);
  const plain = new PlainConnections(slowMs);
  const answerTo = answerBy(routes);
  /** Who is believed to be behind a connection. */
  const clients = new WeakMap<Socket, string>();
  /** Those of which a proxy has told that: as over uWebSockets.js, they are for one request each. */
  const told = new WeakSet<Socket>();
  const server = createServer({ keepAliveTimeout: slowMs, maxHeaderSize: MOST_HEADERS }, (request, response) => {
    const { socket } = request;
    if (!plain.asked(socket)) return;
    const answer = (given: HttpAnswer) => {
      // who does not read it
      socket.setTimeout(slowMs);
      respond(response, given, acceptor === undefined || told.has(socket));
    };
    response.once("finish", () => plain.answered(socket));
    const found = answerTo(request);
    if (found instanceof Promise) void found.then(answer);
    else answer(found);
  });
  server.on("upgrade", (request, connection, head) => {
    const stream = connection as Socket;
    // the server looks after it no more; what breaks it closes it as well
    stream.on("error", () => undefined);
    const peer = clients.get(stream);
    // hung up already
    if (peer === undefined || stream.destroyed) stream.destroy();
    else if (isHandshake(request)) {
      core.upgrade({ request, stream, head, peer, taken: () => plain.release(stream) });
    } else void Promise.resolve(answerTo(request)).then((answer) => refuseUpgrade(stream, answer));
  });

  const certificate = tls && readCertificate(tls);
  let context = certificate?.context;
  const stopWatching =
    tls &&
    certificate &&
    watchCertificate(tls, certificate, {
      use(next) {
        ({ context } = next);
      },
      renewed,
    });

  /** Has a connection make its requests. */
  function serve(socket: Socket, client: string, isTold = false): void {
    const stream = context ? new TLSSocket(socket, { isServer: true, secureContext: context }) : socket;
    clients.set(stream, client);
    if (isTold) told.add(stream);
    plain.release(socket);
    plain.expect(stream);
    server.emit("connection", stream);
  }

  function take(socket: Socket): void {
    const peer = plainAddress(socket.remoteAddress ?? "");
    if (peer === "") socket.destroy();
    else if (options.proxyProtocol === "on" && trusted.has(peer)) {
      plain.expect(socket, options.handshakeMs);
      takeProxyHeader(socket, (client) => serve(socket, client ?? peer, true));
    } else serve(socket, peer);
  }

  const refused = once(() => options.warn("connections are being refused: is the open files limit reached?"));
  let acceptor: Deal | Server | undefined;
  return {
    publish: (topic, frame) => core.publish(topic, frame),

    async listen() {
      if (options.balance === "round-robin" && deal !== undefined) {
        acceptor = deal;
        deal.begin((handle) => take(socketOf(handle)));
        return options.port;
      }
      const listening = await accept({ host, port: options.port, accepted: take, refused });
      acceptor = listening;
      return portOf(listening);
    },

    stopListening() {
      if (acceptor === undefined) return;
      if ("begin" in acceptor) acceptor.end();
      else acceptor.close();
      acceptor = undefined;
    },

    close() {
      this.stopListening();
      stopWatching?.();
      core.close();
      plain.close();
    },
  };
}

/** Whether it asks for a WebSocket, and not for something else, or with half of what that takes. */
function isHandshake({ method, headers }: IncomingMessage): boolean {
  const isWebSocket = method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
  return isWebSocket && headers["sec-websocket-key"]?.length === KEY_LENGTH;
}

function socketOf(handle: ConnectionHandle): Socket {
  return new Socket({ handle, allowHalfOpen: true } as object);
}
