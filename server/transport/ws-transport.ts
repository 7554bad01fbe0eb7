import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AddressRanges, plainAddress } from "./address-ranges.ts";
import { clientDescriber } from "./client-address.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import type { HttpAnswer, Transport, TransportHooks, TransportOptions } from "./transport.ts";
import { WsCore } from "./ws-core.ts";

export interface WsTransportOptions extends Pick<TransportOptions, "maxPayload" | "sendBudget" | "trustedProxies"> {
  /** The port of the HTTP server whose upgrades these are. */
  readonly port: number;
}

/** A transport that opens no port of its own. */
export interface WsTransport extends Transport {
  /** Takes an upgrade of a `node:http` server: its arguments as they come. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const RESTARTING: HttpAnswer = { status: 503, body: "Restarting\n" };

/** The transport over `ws`, for the few WebSockets of somebody else's HTTP server: the control port's dashboard. */
export function createWsTransport(options: WsTransportOptions, hooks: TransportHooks): WsTransport {
  const describe = clientDescriber(new AddressRanges(options.trustedProxies), false);
  const core = new WsCore({ ...options, describe }, hooks);
  let listening = false;

  return {
    publish: (topic, frame) => core.publish(topic, frame),

    listen() {
      listening = true;
      return Promise.resolve(options.port);
    },

    stopListening() {
      listening = false;
    },

    close() {
      listening = false;
      core.close();
    },

    upgrade(request, stream, head) {
      if (!listening) refuseUpgrade(stream, RESTARTING);
      else
        core.upgrade({
          request,
          stream: stream as Socket,
          head,
          peer: plainAddress(request.socket.remoteAddress ?? ""),
        });
    },
  };
}
