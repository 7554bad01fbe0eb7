import { AppError } from "../../shared/errors.ts";
import { overloaded } from "../overloaded.ts";
import { type Admission, News, type PeerNews, type SeekOrder } from "../peers/peer-bus.ts";
import { PeerEntry, type PeerHolder } from "./peer-entry.ts";
import { Rooms } from "./rooms.ts";
import { choosyMs, WaitingPool } from "./waiting-pool.ts";

/** How long who is refused for want of room is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/**
 * All peers of this host: who seeks, and who is paired with whom. It lives in the primary, since those who find each
 * other are on any of the socket workers. What comes from a worker is believed: it is one of our own.
 */
export class Matchmaker {
  readonly #mostPeers: number;
  readonly #peers = new Map<string, PeerEntry>();
  readonly #held = new Map<PeerHolder, Set<PeerEntry>>();
  readonly #pools = new Map<string, WaitingPool<PeerEntry>>();
  readonly #rooms = new Rooms<PeerEntry>();

  /** @param mostPeers peers at once; what else they cost has limits of each peer */
  constructor(mostPeers: number) {
    this.#mostPeers = mostPeers;
  }

  get size(): number {
    return this.#peers.size;
  }

  /**
   * Lets a peer in, or go on where it was. Nothing is told of it, to it or others, before `begin`.
   * @throws AppError where there is no room for it
   */
  admit(id: string, order: SeekOrder, holder: PeerHolder): Admission {
    const known = this.#peers.get(id);
    if (known?.seeksTheSame(order)) {
      if (known.holder !== undefined && known.holder !== holder) this.#tell(known, [News.MOVED]);
      this.#hold(known, holder);
      return { resumed: true, pairs: [...known.pairs].map(([other, polite]) => other.introduction(polite)) };
    }
    if (known !== undefined) {
      if (known.holder !== holder) this.#tell(known, [News.MOVED]);
      this.#end(known, News.LEFT);
    }
    if (this.#peers.size >= this.#mostPeers) {
      throw overloaded(RETRY_AFTER_MS, "Too many seek peers.");
    }
    const peer = new PeerEntry(id, order);
    if (order.room !== null) this.#rooms.join(peer, order);
    this.#peers.set(id, peer);
    this.#hold(peer, holder);
    return { resumed: false, pairs: [] };
  }

  /** Begins, or goes on, to look for whom an admitted peer is to be paired with. */
  begin(id: string): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    const { order } = peer;
    if (order.room !== null) {
      for (const other of this.#rooms.membersOf(peer)) {
        if (other !== peer && other.order.session !== order.session && !other.parted.has(peer)) this.#pair(other, peer);
      }
    } else if (order.policy !== "none" && !peer.matched) this.#seek(peer);
  }

  /**
   * Pairs two peers by the will of one of them, who knows the other's id. Where they are a pair, they are told again.
   * @throws AppError
   */
  connect(id: string, to: string, holder: PeerHolder): void {
    const peer = this.#own(id, holder);
    const other = this.#peers.get(to);
    // whether there is one in another context is nobody's business
    if (other === undefined || other === peer || other.order.context !== peer.order.context) throw noPeer();
    join(peer, other);
    if (peer.pairs.has(other)) {
      this.#introduce(peer, other);
      return;
    }
    if (!peer.roomy || !other.roomy) throw new AppError("OVERLOADED", "One of the two has as many pairs as it may.");
    this.#pair(other, peer);
  }

  /**
   * Ends a pair by the will of one of them, if it is one still.
   * @param again whether that one seeks on, as if it had not found the other
   * @throws AppError
   */
  part(id: string, from: string, again: boolean, holder: PeerHolder): void {
    const peer = this.#own(id, holder);
    const other = this.#peers.get(from);
    if (other !== undefined && peer.pairs.delete(other)) {
      other.pairs.delete(peer);
      peer.parted.add(other);
      other.parted.add(peer);
      this.#tell(other, [News.LEFT, id]);
    }
    if (!again || peer.pairs.size > 0) return;
    peer.matched = false;
    this.begin(id);
  }

  /** Where somebody is that a peer may say something to. @throws AppError where there is no such pair */
  reach(from: string, to: string, holder: PeerHolder): PeerHolder {
    const other = this.#peers.get(to);
    if (other === undefined || !this.#own(from, holder).pairs.has(other)) throw noPeer();
    if (other.holder === undefined)
      throw new AppError("UNAVAILABLE", "That peer's connection is gone; it may be back.");
    return other.holder;
  }

  /** A peer is over, or its connection is. Nothing where it goes on with another holder. */
  left(id: string, back: boolean, holder: PeerHolder): void {
    const peer = this.#peers.get(id);
    if (peer === undefined || peer.holder !== holder) return;
    if (back) this.#leave(peer);
    else this.#end(peer, News.LEFT);
  }

  /** A socket worker is gone, and the connections of its peers. */
  holderGone(holder: PeerHolder): void {
    for (const peer of this.#held.get(holder) ?? []) this.#leave(peer);
    this.#held.delete(holder);
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.stopTimers();
  }

  #own(id: string, holder: PeerHolder): PeerEntry {
    const peer = this.#peers.get(id);
    if (peer === undefined || peer.holder !== holder) throw noPeer();
    return peer;
  }

  #seek(peer: PeerEntry): void {
    const key = poolKey(peer.order);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = new WaitingPool();
      this.#pools.set(key, pool);
    }
    const partner = pool.partnerOf(peer, performance.now(), (one) => one.holder !== undefined && !one.parted.has(peer));
    if (partner !== undefined) {
      for (const one of [peer, partner]) this.#stopSeeking(one);
      peer.matched = partner.matched = true;
      this.#pair(partner, peer);
      return;
    }
    pool.add(peer);
    peer.startSeeking(choosyMs(peer.order), {
      // who is away is looked for when it is back
      lessChoosy: () => peer.holder !== undefined && this.#seek(peer),
      nobody: () => {
        this.#tell(peer, [News.NOBODY]);
        this.#end(peer, News.LEFT);
      },
    });
  }

  #stopSeeking(peer: PeerEntry): void {
    peer.stopSeeking();
    const key = poolKey(peer.order);
    const pool = this.#pools.get(key);
    pool?.delete(peer);
    if (pool?.size === 0) this.#pools.delete(key);
  }

  /** The one who came later makes the offer, and insists on it. */
  #pair(polite: PeerEntry, other: PeerEntry): void {
    if (polite.pairs.has(other)) return;
    polite.pairs.set(other, true);
    other.pairs.set(polite, false);
    this.#introduce(polite, other);
  }

  /** Tells two that are a pair of each other. */
  #introduce(one: PeerEntry, other: PeerEntry): void {
    const polite = one.pairs.get(other) === true;
    this.#tell(one, [News.PAIRED, other.introduction(polite)]);
    this.#tell(other, [News.PAIRED, one.introduction(!polite)]);
  }

  #hold(peer: PeerEntry, holder: PeerHolder): void {
    this.#release(peer);
    peer.back(holder);
    const held = this.#held.get(holder);
    if (held === undefined) this.#held.set(holder, new Set([peer]));
    else held.add(peer);
  }

  #release(peer: PeerEntry): void {
    if (peer.holder !== undefined) this.#held.get(peer.holder)?.delete(peer);
    peer.holder = undefined;
  }

  #leave(peer: PeerEntry): void {
    this.#release(peer);
    if (peer.order.graceMs === 0) this.#end(peer, News.LOST);
    else peer.away(() => this.#end(peer, News.LOST));
  }

  #end(peer: PeerEntry, how: typeof News.LEFT | typeof News.LOST): void {
    this.#release(peer);
    peer.stopTimers();
    this.#peers.delete(peer.id);
    if (peer.order.room === null) this.#stopSeeking(peer);
    else this.#rooms.leave(peer);
    for (const other of peer.pairs.keys()) {
      other.pairs.delete(peer);
      this.#tell(other, [how, peer.id]);
    }
    peer.pairs.clear();
    for (const other of peer.parted) other.parted.delete(peer);
  }

  #tell(peer: PeerEntry, news: PeerNews): void {
    peer.holder?.tell(peer.id, news);
  }
}

/** They may be a pair again. */
function join(one: PeerEntry, other: PeerEntry): void {
  one.parted.delete(other);
  other.parted.delete(one);
}

function poolKey({ context, tags }: SeekOrder): string {
  return JSON.stringify([context, ...tags]);
}

function noPeer(): AppError {
  return new AppError("NOT_FOUND", "There is no such peer, or none that this one is paired with.");
}
