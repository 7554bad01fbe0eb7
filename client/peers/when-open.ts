import { AppError } from "../../shared/errors.ts";
import type { Peer } from "./peer.ts";
import type { PeerTypes } from "./peer-types.ts";

/** Waits for a peer's channel. Rejects with why there is none. */
export function whenOpen<Types extends PeerTypes>(peer: Peer<Types>): Promise<Peer<Types>> {
  if (peer.state === "open") return Promise.resolve(peer);
  return new Promise((resolve, reject) => {
    const release = peer.on("state", (state, error) => {
      if (state === "open") resolve(peer);
      else if (state === "closed") reject(error ?? new AppError("CANCELLED", "The peer was closed."));
      else return;
      release();
    });
  });
}
