import type { WebSocketBehavior } from "uWebSockets.js";
import type { TransportHooks, TransportOptions } from "./transport.ts";
import { type UpgradeSite, upgrade } from "./upgrade.ts";
import { type SocketLink, type UserData, UwsSocket } from "./uws-socket.ts";

/**
 * A message over the limit should be answered with close code 1009, but uWebSockets.js hangs up on what passes its own
 * limit: it gets one this many times larger, and the difference is refused by name.
 */
const REFUSABLE = 4;

type Limits = Pick<TransportOptions, "maxPayload" | "sendBudget">;

/** What uWebSockets.js is told to do with WebSockets. */
export function behavior(
  limits: Limits,
  hooks: Pick<TransportHooks, "open">,
  site: UpgradeSite,
): WebSocketBehavior<UserData> {
  return {
    maxPayloadLength: limits.maxPayload * REFUSABLE,
    maxBackpressure: limits.sendBudget,
    // liveness is the connections' business: they can tell a peer why it is closed
    idleTimeout: 0,
    sendPingsAutomatically: false,

    upgrade: (response, request, context) => upgrade(response, request, context, site),

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
