import type { MakeTransport } from "./paths/mounted-transport.ts";
import { largestPayload } from "./paths/path-services.ts";
import type { SocketWorkerOptions } from "./socket-worker-contract.ts";
import { tlsFiles } from "./transport/certificate.ts";
import { loadUws, needUws } from "./transport/load-uws.ts";
import type { PublicTransportOptions } from "./transport/public-options.ts";

export interface PublicTransportHooks {
  /** It is `ws` that serves, as uWebSockets.js does not load. */
  fellBack(reason: string): void;
}

/**
 * What makes the transport of the port that clients connect to, as the configuration asks for it. It loads no more than that.
 * @throws StartError where uWebSockets.js is wanted, and does not load
 */
export async function publicTransport(
  options: Pick<SocketWorkerOptions, "config" | "deal" | "log"> & PublicTransportHooks,
): Promise<MakeTransport> {
  const { config, deal, log } = options;
  const given: PublicTransportOptions = {
    ...{ ...config, maxPayload: largestPayload(config), tls: tlsFiles(config), deal },
    warn: (text) => log.warn(text),
    renewed: (text, failed) => (failed ? log.error(text) : log.info(text)),
  };
  if (config.transport === "uws") await needUws();
  if (config.transport !== "ws") {
    const { missing } = await loadUws();
    if (missing === undefined) {
      const { createUwsTransport } = await import("./transport/uws-transport.ts");
      return (hooks, routes) => createUwsTransport(given, hooks, routes);
    }
    options.fellBack(missing);
  }
  const { createNodeTransport } = await import("./transport/node-transport.ts");
  return (hooks, routes) => createNodeTransport(given, hooks, routes);
}
