import { AppError } from "../shared/errors.ts";
import type { PeerHost } from "./peers/peer-host.ts";
import type { AnyPeers, Peers, PeerTypes, SeekOptions } from "./peers/peer-types.ts";
import { Seek } from "./peers/seek.ts";

/** `client.peers`, but for what the client does itself. */
export interface LoadedPeers extends Pick<Peers, "seek" | "connect"> {
  /** Closes all seeks, and their peers. */
  close(): void;
}

/** Peers of one client. A page fetches this when it is first to have one. */
export function createPeers(host: PeerHost): LoadedPeers {
  const seeks = new Set<Seek>();
  /** By context: what one connects from that seeks nobody. */
  const callers = new Map<string | undefined, Promise<Seek>>();

  async function seek<Types extends PeerTypes = AnyPeers>(options: SeekOptions<Types> = {}): Promise<Seek<Types>> {
    const { rtc, client } = host;
    if (rtc === undefined) {
      throw new AppError("UNAVAILABLE", "There is no RTCPeerConnection here; pass one as options.peers.rtc.");
    }
    options.signal?.throwIfAborted();
    const measured = options.policy === "rtt" && options.rttMs === undefined ? { rttMs: await client.ping() } : {};
    const made = new Seek<Types>(host, rtc, { ...options, ...measured });
    const any = made as unknown as Seek;
    seeks.add(any);
    made.on("ended", () => seeks.delete(any));
    await made.ready.promise;
    return made;
  }

  return {
    seek,
    async connect<Types extends PeerTypes = AnyPeers>(peer: string, options: SeekOptions<Types> = {}) {
      const { context } = options;
      let caller = callers.get(context) as Promise<Seek<Types>> | undefined;
      if (caller === undefined) {
        caller = seek<Types>({ ...options, policy: "none" });
        callers.set(context, caller as unknown as Promise<Seek>);
        const forget = () => callers.delete(context);
        caller.then((made) => made.on("ended", forget), forget);
      }
      return (await caller).connect(peer);
    },
    close() {
      for (const one of [...seeks]) one.close();
    },
  };
}
