import { AppError } from "../../shared/errors.ts";
import type { Connection } from "../connection/connection.ts";
import { overloaded } from "../overloaded.ts";
import type { LocalPeer } from "./local-peer.ts";
import type { PeerLimits } from "./peer-options.ts";
import { RETRY_AFTER_MS } from "./peer-uplink.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Signals at once, in seconds' worth of them: who joins a room has some for each member. */
const SIGNAL_BURST_S = 8;

/** What one connection has to do with peers. */
interface Member {
  readonly peers: Set<LocalPeer>;
  readonly seeks: TokenBucket;
  readonly signals: TokenBucket;
}

/** Which peers are whose, and how much their clients may do. */
export class PeerMembers {
  readonly #limits: PeerLimits;
  readonly #members = new Map<Connection, Member>();
  /** By id: those the primary knows, or is being asked about. */
  readonly #peers = new Map<string, LocalPeer>();

  constructor(limits: PeerLimits) {
    this.#limits = limits;
  }

  /** Those of one connection. */
  of(connection: Connection): Iterable<LocalPeer> {
    return this.#members.get(connection)?.peers ?? [];
  }

  /** Those of all connections. */
  all(): Iterable<LocalPeer> {
    return this.#peers.values();
  }

  get(id: string): LocalPeer | undefined {
    return this.#peers.get(id);
  }

  /** @throws AppError where its client seeks too much */
  add(peer: LocalPeer): void {
    const { peers, seeks } = this.#of(peer.connection);
    checkRate(seeks);
    if (peers.size >= this.#limits.seeks) {
      const text = `One connection may have ${this.#limits.seeks} seeks at once.`;
      throw overloaded(RETRY_AFTER_MS, text);
    }
    peers.add(peer);
  }

  /** From now on it is the one of its id. @returns the one that was */
  name(peer: LocalPeer): LocalPeer | undefined {
    const before = this.#peers.get(peer.id);
    this.#peers.set(peer.id, peer);
    return before;
  }

  /** @returns whether it was the one of its id */
  delete(peer: LocalPeer): boolean {
    this.#members.get(peer.connection)?.peers.delete(peer);
    return this.#peers.get(peer.id) === peer && this.#peers.delete(peer.id);
  }

  /** A connection is gone. @returns its peers */
  closed(connection: Connection): Iterable<LocalPeer> {
    const peers = this.#members.get(connection)?.peers ?? [];
    this.#members.delete(connection);
    return [...peers];
  }

  /** Counts what a client does for one of its peers. @throws AppError where that is too much, or the peer is not its own */
  spend(connection: Connection, id: string): void {
    const member = this.#members.get(connection);
    if (member === undefined || this.#peers.get(id)?.connection !== connection) {
      throw new AppError("NOT_FOUND", "This connection seeks nothing as that peer.");
    }
    checkRate(member.signals);
  }

  #of(connection: Connection): Member {
    let member = this.#members.get(connection);
    if (member === undefined) {
      const { seeksPerMinute, signalsPerSecond } = this.#limits;
      member = {
        peers: new Set(),
        seeks: new TokenBucket(seeksPerMinute / 60, seeksPerMinute),
        signals: new TokenBucket(signalsPerSecond, signalsPerSecond * SIGNAL_BURST_S),
      };
      this.#members.set(connection, member);
    }
    return member;
  }
}

function checkRate(bucket: TokenBucket): void {
  const retryAfterMs = bucket.take();
  if (retryAfterMs > 0) throw new AppError("RATE_LIMITED", undefined, { retryAfterMs });
}
