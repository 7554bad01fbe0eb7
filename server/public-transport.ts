import { largestPayload } from "./paths/path-services.ts";
import type { SocketWorkerOptions } from "./socket-worker-contract.ts";
import { tlsFiles } from "./transport/certificate.ts";
import type { HttpRoute, Transport, TransportHooks } from "./transport/transport.ts";
import { createUwsTransport } from "./transport/uws-transport.ts";

/** The transport of the port that clients connect to, as the configuration asks for it. */
export function publicTransport(
  { config, deal, log }: Pick<SocketWorkerOptions, "config" | "deal" | "log">,
  hooks: TransportHooks,
  routes: readonly HttpRoute[],
): Transport {
  const options = {
    ...{ ...config, maxPayload: largestPayload(config), tls: tlsFiles(config), deal },
    warn: (text: string) => log.warn(text),
    renewed: (text: string, failed: boolean) => (failed ? log.error(text) : log.info(text)),
  };
  return createUwsTransport(options, hooks, routes);
}
