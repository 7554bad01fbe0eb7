import type { IceServer } from "../../shared/peers.ts";
import type { RtcChannel, RtcConnection, RtcConstructor } from "./rtc.ts";

/** Candidates that come one after the other are told together, after so many milliseconds. */
const GATHER_MS = 25;
/** Of one signal. */
const MOST_CANDIDATES = 64;
/** The one channel of a connection; both sides know it, so that it need not be announced. */
const CHANNEL = { negotiated: true, id: 0 } as const;

export interface Description {
  readonly type: string;
  readonly sdp: string;
}

/** What one side's negotiation tells the other's. */
export interface NegotiationSignal {
  readonly description?: Description | undefined;
  readonly candidates?: readonly unknown[] | undefined;
}

export interface NegotiationOptions {
  readonly rtc: RtcConstructor;
  readonly iceServers: readonly IceServer[];
  /** Whether this side gives way where both make an offer. */
  readonly polite: boolean;
  signal(signal: NegotiationSignal): void;
  opened(): void;
  received(data: unknown): void;
  /** The channel is gone, for good. */
  lost(): void;
  /** The way to the other side does not work now. */
  broken(): void;
}

/**
 * One WebRTC connection with its channel: offers, answers and candidates by the pattern of perfect negotiation, in which
 * either side may make an offer at any time. https://www.w3.org/TR/webrtc/#perfect-negotiation-example
 */
export class Negotiation {
  readonly connection: RtcConnection;
  readonly channel: RtcChannel;
  readonly #options: NegotiationOptions;
  #makingOffer = false;
  #settingAnswer = false;
  #ignoringOffer = false;
  #candidates: unknown[] = [];
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @throws what WebRTC throws, as where a server's address makes no sense */
  constructor(options: NegotiationOptions) {
    this.#options = options;
    const connection = new options.rtc({ iceServers: options.iceServers } as never);
    this.connection = connection;
    connection.onnegotiationneeded = () => {
      // the one that gives way makes no first offer: the other one's is on its way
      if (!options.polite || connection.remoteDescription !== null) this.#tryTo(() => this.#offer());
    };
    connection.onicecandidate = ({ candidate }: { readonly candidate: unknown }) => {
      if (candidate !== null) this.#found(candidate);
    };
    connection.onconnectionstatechange = () => {
      const { connectionState } = connection;
      if (connectionState === "failed" || connectionState === "disconnected") options.broken();
      // no event comes of what this side closes: it was the other one
      if (connectionState === "closed") options.lost();
    };
    const channel = connection.createDataChannel("fugitive", CHANNEL);
    channel.binaryType = "arraybuffer";
    channel.onopen = () => options.opened();
    channel.onclose = () => options.lost();
    channel.onmessage = ({ data }: { readonly data: unknown }) => options.received(data);
    this.channel = channel;
  }

  /** Takes what the other side signals; whatever is wrong with it is its own loss. */
  take({ description, candidates = [] }: NegotiationSignal): void {
    if (description !== undefined) this.#tryTo(() => this.#described(description));
    for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
      // one of an offer that was not taken fits nothing here
      this.connection.addIceCandidate(candidate as never).catch(() => {});
    }
  }

  /** Looks for another way to the other side, over which the channel goes on. */
  restart(): void {
    if (!this.#closed) this.connection.restartIce();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#gathering);
    const { connection, channel } = this;
    connection.onnegotiationneeded = connection.onicecandidate = connection.onconnectionstatechange = null;
    channel.onopen = channel.onclose = channel.onmessage = null;
    connection.close();
  }

  async #offer(): Promise<void> {
    try {
      this.#makingOffer = true;
      await this.connection.setLocalDescription();
      this.#describe();
    } finally {
      this.#makingOffer = false;
    }
  }

  async #described(description: Description): Promise<void> {
    const { connection } = this;
    const offered = description.type === "offer";
    const ready = !this.#makingOffer && (connection.signalingState === "stable" || this.#settingAnswer);
    this.#ignoringOffer = !this.#options.polite && offered && !ready;
    if (this.#ignoringOffer) return;
    this.#settingAnswer = description.type === "answer";
    try {
      await connection.setRemoteDescription(description as never);
    } finally {
      this.#settingAnswer = false;
    }
    if (!offered) return;
    await connection.setLocalDescription();
    this.#describe();
  }

  #describe(): void {
    const { localDescription } = this.connection;
    if (this.#closed || localDescription === null) return;
    this.#tellCandidates();
    // a plain object: what browsers have there is an object of a class
    this.#options.signal({ description: { type: localDescription.type, sdp: localDescription.sdp } });
  }

  #found(candidate: unknown): void {
    this.#candidates.push((candidate as { toJSON?(): unknown }).toJSON?.() ?? candidate);
    this.#gathering ??= setTimeout(() => this.#tellCandidates(), GATHER_MS);
  }

  #tellCandidates(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const candidates = this.#candidates.splice(0);
    if (candidates.length > 0) this.#options.signal({ candidates });
  }

  /** What fails here is tried anew as a whole, after a while. */
  #tryTo(work: () => Promise<void>): void {
    work().catch(() => {});
  }
}
