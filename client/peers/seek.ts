import { AsyncQueue } from "../../shared/async-queue.ts";
import { AppError } from "../../shared/errors.ts";
import type { IceServer, PairedPeer, PeerEvent, PeerSeek } from "../../shared/peers.ts";
import { deferred } from "../deferred.ts";
import { ReportingEmitter } from "../teller.ts";
import { Partings } from "./partings.ts";
import { Peer } from "./peer.ts";
import type { PeerHost } from "./peer-host.ts";
import type { AnyPeers, PeerTypes, SeekOptions } from "./peer-types.ts";
import type { RtcConstructor } from "./rtc.ts";
import type { SeekEvents } from "./seek-events.ts";
import { SeekStream } from "./seek-stream.ts";
import { Signaller } from "./signaller.ts";
import { whenOpen } from "./when-open.ts";

/** No server pairs one with more. */
const MOST_PEERS = 64;
/** Peers that wait for a reader of the seek; those that are closed by then are not worth keeping. */
const MOST_UNREAD = 64;
const LIMITS = { connectMs: 30_000, reconnectMs: 30_000 };

/** A search for peers, and those it found. Iterating gives each one when it is there. */
export class Seek<Types extends PeerTypes = AnyPeers> {
  /** This client's own id within the seek, by which another one may connect to it. */
  id = "";
  /** @internal Resolves when the server has taken it for the first time, rejects where it refuses. */
  readonly ready = deferred<void>();
  readonly #host: PeerHost;
  readonly #rtc: RtcConstructor;
  readonly #options: SeekOptions<Types>;
  readonly #events: ReportingEmitter<SeekEvents<Types>>;
  readonly #peers = new Map<string, { readonly peer: Peer<Types>; readonly signaller: Signaller }>();
  readonly #partings: Partings;
  readonly #found = new AsyncQueue<Peer<Types>>({ leave: () => {} });
  readonly #stream: SeekStream;
  #iceServers: readonly IceServer[] = [];
  #over = false;

  /** @internal */
  constructor(host: PeerHost, rtc: RtcConstructor, options: SeekOptions<Types>) {
    this.#host = host;
    this.#rtc = rtc;
    this.#options = options;
    this.#events = new ReportingEmitter((error) => host.report(error));
    this.#partings = new Partings((other, again) => this.#signaller(other).part(again));
    this.#stream = new SeekStream({
      host,
      input: () => this.#input(),
      event: (event) => this.#received(event),
      away: () => this.#tell("known", false),
      ended: (error) => this.#ended(error),
    });
    options.signal?.addEventListener("abort", () => this.close());
  }

  /** Peers that are not closed, connected or on their way. */
  get peers(): readonly Peer<Types>[] {
    return [...this.#peers.values()].map(({ peer }) => peer);
  }

  /** Whether the server knows of it now. */
  get known(): boolean {
    return this.#stream.known;
  }

  /** Calls `listener` at every such event; the function returned stops that. */
  on<Name extends keyof SeekEvents<Types>>(event: Name, listener: SeekEvents<Types>[Name]): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * The next peer that is there, of those nobody has taken yet.
   *
   * @throws AppError `TIMEOUT` where nobody was found in time, `CANCELLED` where the seek is closed; why it has ended
   */
  async next(): Promise<Peer<Types>> {
    for (;;) {
      const { done, value } = await this.#found.next();
      if (done === true) throw new AppError("CANCELLED", "The seek is closed.");
      if (value.state !== "closed") return value;
    }
  }

  /** Peers as they are found, until the seek is closed. Breaking out of a loop does not close it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Peer<Types>, undefined, undefined> {
    // not over the queue itself, which would be over with this loop: another one goes on where it breaks
    for (let step = await this.#found.next(); step.done !== true; step = await this.#found.next()) {
      if (step.value.state !== "closed") yield step.value;
    }
    return undefined;
  }

  /**
   * Connects to a peer of the same context whose id is known. Resolves when the channel is open.
   *
   * @throws AppError `NOT_FOUND` where there is none, `OVERLOADED` where it has enough; why there is no channel
   */
  async connect(id: string): Promise<Peer<Types>> {
    await this.#host.client.call("$peers.connect", { from: this.id, to: id }, { idempotent: true });
    // the server says first that the two are a pair
    const peer = this.#peers.get(id)?.peer ?? (await this.#paired(id));
    return whenOpen(peer);
  }

  /** Ends the search, and closes all its peers. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { peer } of this.#peers.values()) peer.close();
    this.#stream.close();
    this.#ended(undefined);
  }

  /** Does what `close` does, at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #input() {
    const { connectMs: _c, reconnectMs: _r, signal: _s, ...options } = this.#options;
    // on its way, undefined would become null
    const seek: PeerSeek = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    // a server that was started anew is not to find another one for who has somebody
    const paired = seek.room === undefined && this.#peers.size > 0;
    return paired ? { ...seek, policy: "none" as const } : seek;
  }

  #received(event: PeerEvent): void {
    if (event.type === "self") this.#admitted(event);
    else if (event.type === "paired") {
      this.#partings.delete(event.peer);
      this.#pair(event);
    } else if (event.type === "signal") this.#peers.get(event.peer)?.peer.link.signalled(event.data);
    else if (event.type === "left") this.#left(event.peer, event.reason === "lost");
  }

  #admitted({ peer: id, pairs, iceServers }: PeerEvent & { readonly type: "self" }): void {
    this.id = id;
    this.#iceServers = iceServers;
    const there = new Set(pairs.map(({ peer }) => peer));
    // what happened while the server could say nothing; one with a channel knows better, and goes on
    for (const { peer, signaller } of this.#peers.values()) {
      signaller.paired(there.has(peer.id));
      if (!there.has(peer.id) && peer.state === "connecting") peer.link.left();
    }
    for (const pair of pairs) if (!this.#partings.has(pair.peer)) this.#pair(pair);
    this.#partings.tell();
    this.ready.resolve();
    this.#tell("known", true);
  }

  #pair({ peer: id, info, polite }: PairedPeer): void {
    const known = this.#peers.get(id);
    if (known !== undefined) {
      known.signaller.paired(true);
      known.peer.link.paired(polite);
      return;
    }
    if (this.#over || this.#peers.size >= MOST_PEERS) return;
    const { connectMs = LIMITS.connectMs, reconnectMs = LIMITS.reconnectMs } = this.#options;
    const signaller = this.#signaller(id);
    const peer = new Peer<Types>({
      ...{ id, info, polite, registry: this.#host.registry },
      report: (error) => this.#host.report(error),
      link: {
        ...{ rtc: this.#rtc, connectMs, reconnectMs },
        reachable: () => this.known && this.#host.client.state === "open",
        iceServers: (anew) => this.#servers(anew),
        signal: (signal) => signaller.send(signal),
      },
    });
    this.#peers.set(id, { peer, signaller });
    this.#watch(peer, signaller);
    this.#tell("paired", peer);
  }

  #left(id: string, lost: boolean): void {
    const known = this.#peers.get(id);
    // only its connection to the server may be gone, and that be back: then the server knows of no pair
    if (lost) known?.signaller.paired(false);
    known?.peer.link.left();
  }

  #signaller(to: string): Signaller {
    return new Signaller(this.#host, () => this.id, to);
  }

  #watch(peer: Peer<Types>, signaller: Signaller): void {
    let there = false;
    peer.on("state", (state, error) => {
      if (state === "closed") {
        signaller.close();
        this.#peers.delete(peer.id);
        // whom one did not get is no find
        if (!this.#over) this.#partings.add(peer.id, !there && error !== undefined, this.known);
        this.#tell("left", peer, error);
      } else if (state === "open" && !there) {
        there = true;
        if (this.#found.size >= MOST_UNREAD) this.#found.shift();
        this.#found.push(peer);
        this.#tell("peer", peer);
      }
    });
  }

  /** Credentials may have run out since they were told. */
  async #servers(anew: boolean): Promise<readonly IceServer[]> {
    if (anew && this.#iceServers.some(({ credential }) => credential !== undefined)) {
      const input = { from: this.id };
      this.#iceServers = (await this.#host.client.call("$peers.servers", input, { idempotent: true })) as IceServer[];
    }
    return this.#iceServers;
  }

  #paired(id: string): Promise<Peer<Types>> {
    return new Promise((resolve, reject) => {
      const done = () => {
        for (const release of releases) release();
      };
      const releases = [
        this.on("paired", (peer) => {
          if (peer.id !== id) return;
          done();
          resolve(peer);
        }),
        this.on("ended", (error) => {
          done();
          reject(error ?? new AppError("CANCELLED", "The seek is closed."));
        }),
      ];
    });
  }

  #ended(error: unknown): void {
    this.#over = true;
    const why = error ?? new AppError("CANCELLED", "The seek is closed.");
    this.ready.reject(why);
    if (error === undefined) this.#found.end(undefined);
    else this.#found.fail(error);
    this.#tell("ended", error);
  }

  #tell<Name extends keyof SeekEvents<Types>>(event: Name, ...args: Parameters<SeekEvents<Types>[Name]>): void {
    try {
      this.#events.emit(event, ...args);
    } catch (error) {
      this.#host.report(error);
    }
  }
}
