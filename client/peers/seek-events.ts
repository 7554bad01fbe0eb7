import type { AppError } from "../../shared/errors.ts";
import type { Peer } from "./peer.ts";
import type { AnyPeers, PeerTypes } from "./peer-types.ts";

/** What a seek tells. */
export interface SeekEvents<Types extends PeerTypes = AnyPeers> {
  /** The server has found somebody; the two begin to connect. */
  paired: (peer: Peer<Types>) => void;
  /** A peer is there: its channel is open, for the first time. */
  peer: (peer: Peer<Types>) => void;
  /** A peer is closed for good, also one that was never there. */
  left: (peer: Peer<Types>, error: AppError | undefined) => void;
  /** Whether the server knows of the seek now. Without it, peers go on, and nobody new comes. */
  known: (known: boolean) => void;
  /** Nobody new comes any more, and channels that are lost stay so; those that are open go on. */
  ended: (error: unknown) => void;
}
