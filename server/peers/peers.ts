import { createHash, randomBytes } from "node:crypto";
import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type {
  IceServer,
  PeerConnectInput,
  PeerEvent,
  PeerPartInput,
  PeerSeekInput,
  PeerSignalInput,
} from "../../shared/peers.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import type { CallContext } from "../dispatch/context.ts";
import { authorize, iceServersFor } from "./authorize.ts";
import { LocalPeer } from "./local-peer.ts";
import { News, Order, type PeerNews, type SeekOrder, signalEnds } from "./peer-bus.ts";
import { PeerMembers } from "./peer-members.ts";
import type { PeerLimits, PeersDefinition } from "./peer-options.ts";
import { PeerUplink, RETRY_AFTER_MS } from "./peer-uplink.ts";
import { encoded, seekOrder } from "./seek-order.ts";

/** Characters of a peer's id, of 6 bits each: enough that nobody guesses one. */
const ID_LENGTH = 22;
const SECRET_BYTES = 24;

export interface PeersOptions {
  readonly definition: PeersDefinition;
  /** Those of the definition, complete. */
  readonly limits: PeerLimits;
  readonly uplink: Pick<Uplink, "ask" | "tell">;
  readonly pack: Pack;
  /** How long the application may take to authorize a seek, in milliseconds. */
  readonly timeoutMs: number;
}

/** The peers of one socket worker's connections. Who is paired with whom, the primary knows. */
export class Peers {
  readonly limits: PeerLimits;
  readonly #options: PeersOptions;
  readonly #uplink: PeerUplink;
  readonly #members: PeerMembers;
  /** Connections that were told to go: nothing new begins on them. */
  readonly #leaving = new WeakSet<Connection>();

  constructor(options: PeersOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.#uplink = new PeerUplink(options.uplink, options.pack);
    this.#members = new PeerMembers(this.limits);
  }

  /** Seeks for a client. The stream ends with the peer; leaving it, or the end of the call, ends the peer. */
  async seek(context: CallContext, input: PeerSeekInput): Promise<AsyncIterable<PeerEvent>> {
    if (this.#leaving.has(context.connection)) throw goingDown();
    const { signal } = context;
    const peer = new LocalPeer(idOf(input.secret), context.connection, () => this.#leave(peer));
    this.#members.add(peer);
    signal.addEventListener("abort", () => this.#leave(peer));
    try {
      const { definition, pack, timeoutMs } = this.#options;
      const { seek, iceServers } = await authorize(definition, context, input, timeoutMs);
      const { limits } = this;
      const session = context.session.id;
      // without a secret there is no coming back
      const graceMs = input.secret === undefined ? 0 : limits.graceMs;
      const order: SeekOrder = { ...seekOrder(seek, limits, pack), session, graceMs };
      signal.throwIfAborted();
      if (this.#leaving.has(context.connection)) throw goingDown();
      this.#members.name(peer)?.fail(movedOn());
      await this.#uplink.seek(peer.id, [Order.SEEK, order], ({ resumed, pairs }) => {
        const known = pairs.map((pair) => this.#uplink.pair(pair));
        peer.push({ type: "self", peer: peer.id, resumed, pairs: known, iceServers });
      });
      return peer.events;
    } catch (error) {
      this.#leave(peer);
      throw error;
    }
  }

  /** Tells another peer something. */
  signal({ connection }: CallContext, { from, to, data }: PeerSignalInput): Promise<void> {
    this.#members.spend(connection, from);
    return this.#uplink.signal(from, to, encoded(data, this.limits.signalBytes, "A signal", this.#options.pack));
  }

  /** Pairs a client's peer with another whose id it knows. */
  connect({ connection }: CallContext, { from, to }: PeerConnectInput): Promise<void> {
    this.#members.spend(connection, from);
    return this.#uplink.connect(from, to);
  }

  /** Ends a pair. */
  part({ connection }: CallContext, { from, to, again = false }: PeerPartInput): Promise<void> {
    this.#members.spend(connection, from);
    return this.#uplink.part(from, to, again);
  }

  /** The STUN and TURN servers for a client's peer, with credentials as they are now. */
  servers(context: CallContext, from: string): Promise<readonly IceServer[]> {
    this.#members.spend(context.connection, from);
    return iceServersFor(this.#options.definition, context);
  }

  /** The primary has news for a peer. */
  news({ channel, data }: BusFrame): void {
    const peer = this.#members.get(channel);
    if (peer === undefined) return;
    const news = this.#options.pack.unpack(data) as PeerNews;
    if (news[0] === News.MOVED) this.#end(peer, movedOn());
    else if (news[0] === News.NOBODY) this.#end(peer, new AppError("TIMEOUT", "Nobody else sought the same in time."));
    else if (news[0] === News.PAIRED) this.#tell(peer, { type: "paired", ...this.#uplink.pair(news[1]) });
    else this.#tell(peer, { type: "left", peer: news[1], reason: news[0] === News.LEFT ? "left" : "lost" });
  }

  /** It is not known any more who is paired with whom: whoever seeks has to do so anew. */
  lost(): void {
    for (const peer of [...this.#members.all()]) this.#end(peer, goingDown());
  }

  /** One peer says something to another. */
  signalled({ channel, data }: BusFrame): void {
    const [from, to] = signalEnds(channel);
    const peer = this.#members.get(to);
    if (peer !== undefined) this.#tell(peer, { type: "signal", peer: from, data: this.#options.pack.unpack(data) });
  }

  /** A connection is gone. Who closed the page does not come back to it; everybody else may. */
  closed(connection: Connection, code: number): void {
    for (const peer of this.#members.closed(connection)) this.#leave(peer, code !== CloseCode.GOING_AWAY);
  }

  /** A connection is told to go. Its streams end now, so that nobody waits for them: its client goes on elsewhere. */
  leaving(connection: Connection): void {
    this.#leaving.add(connection);
    for (const peer of [...this.#members.of(connection)]) {
      this.#release(peer, true);
      peer.fail(goingDown());
    }
  }

  #tell(peer: LocalPeer, event: PeerEvent): void {
    if (peer.push(event)) return;
    this.#release(peer, false);
    peer.fail(new AppError("OVERLOADED", "The client does not keep up with its peers."));
  }

  /** It is over, as the primary knows. */
  #end(peer: LocalPeer, error: AppError): void {
    this.#members.delete(peer);
    peer.fail(error);
  }

  /** Its client is gone, or has had enough of it. */
  #leave(peer: LocalPeer, back = false): void {
    this.#release(peer, back);
    peer.events.end(undefined);
  }

  #release(peer: LocalPeer, back: boolean): void {
    if (this.#members.delete(peer)) this.#uplink.left(peer.id, back);
  }
}

/** What of the bus is about peers. */
export function peerFrames(peers: () => Peers | undefined) {
  return {
    [BusType.PEER_NEWS]: (frame: BusFrame) => peers()?.news(frame),
    [BusType.PEER_SIGNAL]: (frame: BusFrame) => peers()?.signalled(frame),
    [BusType.PEERS_LOST]: () => peers()?.lost(),
  };
}

function idOf(secret: string | undefined): string {
  const text = secret ?? randomBytes(SECRET_BYTES).toString("base64url");
  return createHash("sha256").update(`fugitive peer ${text}`).digest("base64url").slice(0, ID_LENGTH);
}

function movedOn(): AppError {
  return new AppError("CONFLICT", "This peer goes on with another seek of the same secret.");
}

function goingDown(): AppError {
  return new AppError("UNAVAILABLE", "The server is going down.", { retryAfterMs: RETRY_AFTER_MS });
}
