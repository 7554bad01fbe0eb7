import type { WebSocketBehavior } from "uWebSockets.js";
import type { TransportHooks, TransportOptions } from "./transport.ts";
import { type UpgradeSite, upgrade } from "./upgrade.ts";
import type { UserData } from "./uws-socket.ts";

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
      const { socket } = raw.getUserData();
      const upgrade = socket.begin(raw);
      if (upgrade === undefined) return;
      socket.owner = hooks.open(socket, upgrade.request, upgrade.subprotocol);
      // it may have been closed in there, before anybody could be told
      if (socket.closedWith !== undefined) socket.bury(socket.closedWith);
    },

    message: (raw, bytes, binary) => raw.getUserData().socket.owner?.message(bytes, binary),
    ping: (raw) => raw.getUserData().socket.owner?.alive(),
    pong: (raw) => raw.getUserData().socket.owner?.alive(),
    drain: (raw) => raw.getUserData().socket.owner?.drained(),
    dropped: (raw) => {
      const { socket } = raw.getUserData();
      // called in the middle of a publish to many: closing one of them there crashes the process
      setImmediate(() => socket.owner?.dropped());
    },

    close: (raw, code) => raw.getUserData().socket.bury(code),
  };
}
