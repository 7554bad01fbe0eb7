import {
  App,
  type TemplatedApp,
  type HttpRequest as UwsRequest,
  type HttpResponse as UwsResponse,
  type us_listen_socket,
  us_listen_socket_close,
  type us_socket,
  us_socket_local_port,
  type WebSocketBehavior,
} from "uWebSockets.js";
import type { Frame } from "../../shared/message.ts";
import { once } from "../once.ts";
import { loadDuplicate } from "./adopt.ts";
import type { Deal } from "./deal.ts";
import type { HttpRoute, Transport, TransportHooks, TransportOptions } from "./transport.ts";
import { copyHeaders, respond, upgrade } from "./upgrade.ts";
import { type SocketLink, type UserData, UwsSocket } from "./uws-socket.ts";

/**
 * A message over the limit should be answered with close code 1009, but uWebSockets.js hangs up on what passes its own
 * limit: it gets one this many times larger, and the difference is refused by name.
 */
const REFUSABLE = 4;

export interface UwsTransportOptions extends TransportOptions {
  /** `round-robin`: the primary accepts and deals; `kernel`: every worker accepts for itself (SO_REUSEPORT). */
  readonly balance: "round-robin" | "kernel";
  /** Who deals, where that is how they are balanced. */
  readonly deal?: Deal | undefined;
  /** Told, once, of what the operator should know. */
  warn(text: string): void;
}

/** The adopting half of uWebSockets.js is missing in its types. */
type AdoptingApp = TemplatedApp & { adoptSocket(descriptor: number): void };

/** The transport over uWebSockets.js. */
export function createUwsTransport(
  options: UwsTransportOptions,
  hooks: TransportHooks,
  routes: readonly HttpRoute[],
): Transport {
  const app = App() as AdoptingApp;
  app.ws<UserData>("/*", behavior(options, hooks));
  // who stays connected for further requests would be hung up on in the middle of one: it had better connect anew
  const isLast = () => acceptor === undefined;
  for (const route of routes) {
    app.get(route.path, (response, request) => answer(response, request, { route, head: false, isLast }));
    app.head(route.path, (response, request) => answer(response, request, { route, head: true, isLast }));
  }
  app.any("/*", (response) => respond(response, { status: 404, body: "Not found\n" }, false, isLast()));

  let acceptor: Deal | us_listen_socket | undefined;
  const refused = once(() => options.warn("connections are being refused: is the open files limit reached?"));
  return {
    publish: (topic: string, frame: Frame) => void app.publish(topic, frame, typeof frame !== "string"),

    async listen() {
      const { deal } = options;
      const duplicate = options.balance === "round-robin" && deal !== undefined ? await loadDuplicate() : undefined;
      if (typeof duplicate === "function") {
        acceptor = deal;
        // Node's own handle never reads a byte, and uWebSockets.js has no other way to what another process accepted
        deal?.begin((descriptor) => {
          const own = duplicate(descriptor);
          if (own < 0) refused();
          else app.adoptSocket(own);
        });
        return options.port;
      }
      if (duplicate !== undefined) options.warn(`no round robin, the kernel balances instead: ${duplicate}`);
      const listening = await listenDirectly(app, options);
      acceptor = listening;
      return us_socket_local_port(listening as us_socket);
    },

    stopListening() {
      if (acceptor === undefined) return;
      if ("begin" in acceptor) acceptor.end();
      else us_listen_socket_close(acceptor);
      acceptor = undefined;
    },

    close() {
      this.stopListening();
      app.close();
    },
  };
}

function behavior(options: UwsTransportOptions, hooks: TransportHooks): WebSocketBehavior<UserData> {
  return {
    maxPayloadLength: options.maxPayload * REFUSABLE,
    maxBackpressure: options.sendBudget,
    // liveness is the connections' business: they can tell a peer why it is closed
    idleTimeout: 0,
    sendPingsAutomatically: false,

    upgrade: (response, request, context) => upgrade(response, request, context, hooks),

    open(raw) {
      const { link } = raw.getUserData();
      const { request } = link;
      if (request === undefined) return;
      link.request = undefined; // a connection need not keep its headers
      link.socket = new UwsSocket(raw);
      link.owner = hooks.open(link.socket, request, link.subprotocol);
      // it may have been closed in there, before anybody could be told
      if (link.closedWith !== undefined) bury(link, link.closedWith);
    },

    message: (raw, bytes, binary) => raw.getUserData().link.owner?.message(bytes, binary),
    ping: (raw) => raw.getUserData().link.owner?.alive(),
    pong: (raw) => raw.getUserData().link.owner?.alive(),
    drain: (raw) => raw.getUserData().link.owner?.drained(),
    dropped: (raw) => {
      const { link } = raw.getUserData();
      // called in the middle of a publish to many: closing one of them there crashes the process
      setImmediate(() => link.owner?.dropped());
    },

    close: (raw, code) => bury(raw.getUserData().link, code),
  };
}

function bury(link: SocketLink, code: number): void {
  link.closedWith = code;
  link.socket?.detach();
  link.owner?.closed(code);
  link.owner = undefined;
}

interface Asked {
  readonly route: HttpRoute;
  readonly head: boolean;
  /** Whether nothing more is to come on this connection. */
  isLast(): boolean;
}

function answer(response: UwsResponse, request: UwsRequest, { route, head, isLast }: Asked): void {
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  const copy = { path: request.getUrl(), query: request.getQuery() ?? "", headers: copyHeaders(request) };
  // the common route answers at once, and then without a promise
  const result = route.answer(copy);
  if (!(result instanceof Promise)) {
    respond(response, result, head, isLast());
    return;
  }
  void result
    .catch(() => ({ status: 500, body: "Internal error\n" }))
    .then((late) => {
      if (!aborted) response.cork(() => respond(response, late, head, isLast()));
    });
}

function listenDirectly(app: TemplatedApp, { host, port }: TransportOptions): Promise<us_listen_socket> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, (socket) => {
      if (socket) resolve(socket);
      else reject(Object.assign(new Error(`listen EADDRINUSE: ${host}:${port}`), { code: "EADDRINUSE", port }));
    });
  });
}
