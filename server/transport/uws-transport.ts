import {
  type us_listen_socket,
  us_listen_socket_close,
  type us_socket,
  type us_socket_context_t,
  us_socket_local_port,
} from "uWebSockets.js";
import type { Frame } from "../../shared/message.ts";
import { once } from "../once.ts";
import { StartError } from "../start-error.ts";
import { AddressRanges } from "./address-ranges.ts";
import { loadDuplicate } from "./adopt.ts";
import { readCertificate } from "./certificate.ts";
import { watchCertificate } from "./certificate-renewal.ts";
import { clientDescriber } from "./client-address.ts";
import type { ConnectionHandle, Deal } from "./deal.ts";
import { type AdoptingApp, createFront, listenDirectly } from "./front.ts";
import { serveRoutes } from "./http-routes.ts";
import type { PublicTransportOptions } from "./public-options.ts";
import { clientReader } from "./read-client.ts";
import { type Told, ToldClients } from "./told-clients.ts";
import type { HttpRoute, Transport, TransportHooks } from "./transport.ts";
import { behavior } from "./uws-behavior.ts";
import type { UserData } from "./uws-socket.ts";

/** Where connections arrive. */
interface Front {
  readonly app: AdoptingApp;
  /** Those whose client was told by a proxy. */
  readonly told: ToldClients;
}

/**
 * The transport over uWebSockets.js. An app of that has one certificate for ever, so that another certificate means
 * another app, which gets the connections from then on; but all WebSockets move into the home of the first app that had
 * one, where a publication reaches all of them, and stay whatever becomes of the app that they came through.
 */
export function createUwsTransport(
  options: PublicTransportOptions,
  hooks: TransportHooks,
  routes: readonly HttpRoute[],
): Transport {
  const { tls, deal, host } = options;
  const trusted = new AddressRanges(options.trustedProxies);
  const describe = clientDescriber(trusted, tls !== undefined);
  const fronts: Front[] = [];
  let home: { readonly app: AdoptingApp; readonly context: us_socket_context_t } | undefined;
  let acceptor: Deal | us_listen_socket | undefined;
  function createApp(told?: Told): AdoptingApp {
    const app = createFront(tls);
    const site = {
      ...{ hooks, describe, told },
      home(context: us_socket_context_t) {
        home ??= { app, context };
        return home.context;
      },
    };
    app.ws<UserData>("/*", behavior(options, hooks, site));
    // Who stays connected for further requests would be hung up on in the middle of one: it had better connect anew. And
    // an app that serves one connection at a time is not for one that stays.
    serveRoutes(app, routes, () => acceptor === undefined || told !== undefined);
    return app;
  }

  function open(): Front {
    return { app: createApp(), told: new ToldClients(createApp) };
  }

  const certificate = tls && readCertificate(tls);
  let front = open();
  fronts.push(front);
  const { renewed } = options;
  const stopWatching = tls && certificate && watchCertificate(tls, certificate, { use: renew, renewed });

  async function renew(): Promise<void> {
    const next = open();
    fronts.push(next);
    const old = acceptor;
    if (old !== undefined && !("begin" in old)) {
      const listening = await listenDirectly(next.app, host, us_socket_local_port(old as us_socket));
      // it may have been told to stop meanwhile
      if (acceptor === old) acceptor = listening;
      us_listen_socket_close(acceptor === listening ? old : listening);
    }
    front = next;
  }

  const refused = once(() => options.warn("connections are being refused: is the open files limit reached?"));
  return {
    publish: (topic: string, frame: Frame) => void home?.app.publish(topic, frame, typeof frame !== "string"),

    async listen() {
      const duplicate = options.balance === "round-robin" && deal !== undefined ? await loadDuplicate() : undefined;
      if (typeof duplicate === "function") {
        acceptor = deal;
        // Node's own handle never reads a byte, and uWebSockets.js has no other way to what another process accepted
        const adopt = ({ fd }: ConnectionHandle, client?: string) => {
          const own = duplicate(fd);
          if (own < 0) refused();
          else if (client === undefined) front.app.adoptSocket(own);
          else front.told.adopt(own, client);
        };
        const read = options.proxyProtocol === "on" ? clientReader(options) : undefined;
        deal?.begin((handle) => {
          if (read?.(handle, (client) => adopt(handle, client))) return;
          adopt(handle);
          handle.close();
        });
        return options.port;
      }
      if (options.proxyProtocol === "on")
        throw new StartError("the PROXY protocol is understood in round robin only, which cannot be had here");
      if (duplicate !== undefined) options.warn(`no round robin, the kernel balances instead: ${duplicate}`);
      const listening = await listenDirectly(front.app, host, options.port);
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
      stopWatching?.();
      for (const { app, told } of fronts) {
        app.close();
        told.close();
      }
    },
  };
}
