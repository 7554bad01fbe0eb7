import type { Client } from "./client.ts";
import { fetchCode } from "./fetch-code.ts";
import type { LoadedPeers } from "./page-peers.ts";
import type { Peers } from "./peers/peer-types.ts";
import type { RtcConstructor } from "./peers/rtc.ts";
import type { ClientProcedure } from "./procedures.ts";
import { type Registry, register } from "./registry.ts";

/** `client.peers` with its end. */
export interface LatePeers extends Peers {
  /** Closes all peers, and tells them and the server at once. */
  close(): void;
}

const fetchPeers = fetchCode(() => import("./page-peers.ts"));

/** Peers whose code is fetched when there is first to be one. */
export function latePeers(
  client: Client,
  rtc: RtcConstructor | undefined,
  report: (error: unknown) => void,
): LatePeers {
  const registry: Registry = new Map();
  let loaded: LoadedPeers | undefined;
  const load = async () => {
    const { createPeers } = await fetchPeers();
    loaded ??= createPeers({ client, registry, report, rtc: rtc ?? globalThis.RTCPeerConnection });
    return loaded;
  };
  return {
    seek: async (options) => (await load()).seek(options),
    connect: async (peer, options) => (await load()).connect(peer, options),
    register: (name, procedure) => register(registry, name, procedure as ClientProcedure),
    close: () => loaded?.close(),
  };
}
