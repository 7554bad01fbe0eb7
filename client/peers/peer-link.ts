import { AppError } from "../../shared/errors.ts";
import type { IceServer } from "../../shared/peers.ts";
import { type LinkSignal, linkSignal } from "./link-signal.ts";
import { Negotiation, type NegotiationSignal } from "./negotiation.ts";
import { Patience } from "./patience.ts";
import type { PeerState } from "./peer-types.ts";
import type { RtcConnection, RtcConstructor } from "./rtc.ts";

/** How often it is looked how a link is, in milliseconds. */
const LOOK_MS = 1_000;
/** How often the other side is asked for a sign of life; after two that are not answered, the way to it is doubted. */
const HEARTBEAT_MS = 5_000;
/** How long one attempt to connect may take before the next, in milliseconds. */
const ATTEMPT_MS = 8_000;
/** How often the other side can make this one connect anew, before it has to wait a second for each more time. */
const MOST_ATTEMPTS = 5;
/** How long a peer that the server says is gone may take to show that it is not, in milliseconds. */
const PROOF_MS = 2_000;
/** How long a channel that is closed goes on to send, in milliseconds. */
const LINGER_MS = 200;
/** Bytes that may wait to be sent. */
const SEND_BUDGET = 8_388_608;

export interface PeerLinkOptions {
  readonly rtc: RtcConstructor;
  readonly connectMs: number;
  readonly reconnectMs: number;
  /** Whether the server can be reached now. */
  reachable(): boolean;
  iceServers(anew: boolean): Promise<readonly IceServer[]>;
  /** Sends to the other side over the server, in order. */
  signal(signal: LinkSignal): void;
  state(state: PeerState, error: AppError | undefined): void;
  received(data: unknown): void;
  /** The channel is gone, and with it what was on its way. */
  lost(): void;
  /** Sends a heartbeat. */
  ping(): void;
}

/** The way to one peer: a channel that is made anew where it breaks, as long as the server or the channel itself is there. */
export class PeerLink {
  state: PeerState = "connecting";
  readonly #options: PeerLinkOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #polite: boolean;
  /** The number of the attempt that is, or was last. */
  #attempt = 0;
  /** How many of those there were of late that the other side wanted. */
  #wanted = 0;
  /** When one was last begun, or asked for. */
  #attemptAt = Number.NEGATIVE_INFINITY;
  /** Follows the ICE servers, which may have to be asked for; what is signalled waits for it. */
  #negotiation: Promise<Negotiation | undefined> = Promise.resolve(undefined);
  #current: Negotiation | undefined;
  readonly #patience: Patience;
  #pingAt = 0;
  #unanswered = 0;
  /** Until when it has to be heard of that the server says is gone. */
  #proofUntil: number | undefined;

  constructor(polite: boolean, options: PeerLinkOptions) {
    this.#polite = polite;
    this.#options = options;
    this.#patience = new Patience(options.connectMs);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    // the one that gives way waits for the other's offer, and asks for it where that is long in coming
    if (polite) this.#attemptAt = performance.now();
    else this.#begin(this.#nextAttempt());
  }

  get connection(): RtcConnection | undefined {
    return this.#current?.connection;
  }

  /** @throws AppError `UNAVAILABLE` where there is no channel, `OVERLOADED` where too much waits for it */
  send(bytes: Uint8Array): void {
    const channel = this.#current?.channel;
    if (channel?.readyState !== "open") throw new AppError("UNAVAILABLE", "There is no channel to this peer now.");
    if (channel.bufferedAmount + bytes.length > SEND_BUDGET) {
      throw new AppError("OVERLOADED", "This peer does not take what is sent.", { retryAfterMs: LOOK_MS });
    }
    channel.send(bytes as Uint8Array<ArrayBuffer>);
  }

  /** The server has paired the two, or says so again. */
  paired(polite: boolean): void {
    this.#polite = polite;
    this.#proofUntil = undefined;
    if (this.state === "connecting" || this.state === "reconnecting") this.#again();
  }

  /** The other side has signalled. */
  signalled(data: unknown): void {
    const signal = linkSignal(data);
    if (signal === undefined || this.state === "closed") return;
    const { attempt, again } = signal;
    const outdated = again === true ? !this.#polite && attempt >= this.#attempt : attempt > this.#attempt;
    if (outdated && this.#wanted < MOST_ATTEMPTS) {
      this.#wanted++;
      this.#begin(again === true ? this.#nextAttempt() : attempt);
    }
    if (again === true || attempt !== this.#attempt) return;
    void this.#negotiation.then((negotiation) => negotiation?.take(signal));
  }

  /** The server says that the other side is gone. Where there is a channel, that knows better. */
  left(): void {
    if (this.state !== "open") this.#gone();
    else {
      this.#proofUntil = performance.now() + PROOF_MS;
      this.#ping();
    }
  }

  close(error?: AppError): void {
    if (this.state === "closed") return;
    clearInterval(this.#timer);
    const last = this.#current;
    this.#current = undefined;
    this.#attempt = Number.POSITIVE_INFINITY;
    // what was sent last is to arrive
    setTimeout(() => last?.close(), LINGER_MS);
    this.#become("closed", error);
  }

  #gone(): void {
    this.close(new AppError("UNAVAILABLE", "The peer has gone."));
  }

  /** Begins an attempt, and gives up the one before. */
  #begin(attempt: number): void {
    const anew = this.#attempt > 0;
    this.#drop();
    this.#trouble();
    this.#attempt = attempt;
    this.#attemptAt = performance.now();
    this.#negotiation = this.#options
      .iceServers(anew)
      .then((iceServers) => (this.#attempt === attempt ? this.#negotiate(attempt, iceServers) : undefined))
      // the next attempt may do better
      .catch(() => undefined);
  }

  #negotiate(attempt: number, iceServers: readonly IceServer[]): Negotiation | undefined {
    if (this.state === "closed") return undefined;
    const { rtc, signal } = this.#options;
    const mine = (what: () => void) => () => {
      if (this.#attempt === attempt) what();
    };
    const negotiation = new Negotiation({
      rtc,
      iceServers,
      polite: this.#polite,
      signal: (told: NegotiationSignal) => signal({ attempt, ...told }),
      opened: mine(() => this.#heard()),
      lost: mine(() => this.#lost()),
      broken: mine(() => this.#doubt()),
      received: (data) => {
        if (this.#attempt !== attempt) return;
        this.#heard();
        this.#options.received(data);
      },
    });
    this.#current = negotiation;
    return negotiation;
  }

  #drop(): void {
    const before = this.#current;
    this.#current = undefined;
    if (before === undefined) return;
    before.close();
    this.#options.lost();
  }

  /** There is a sign of life on the channel. */
  #heard(): void {
    this.#unanswered = 0;
    this.#proofUntil = undefined;
    if (this.state !== "connecting" && this.state !== "reconnecting") return;
    this.#pingAt = performance.now();
    this.#become("open");
    this.#ping();
  }

  #lost(): void {
    this.#drop();
    if (this.#proofUntil !== undefined) this.#gone();
    else {
      this.#trouble();
      this.#again();
    }
  }

  /** The way to the other side may not be one any more; the channel still is. */
  #doubt(): void {
    if (this.state !== "open") return;
    this.#trouble();
    this.#attemptAt = performance.now();
    if (this.#options.reachable()) this.#current?.restart();
    this.#ping();
  }

  #trouble(): void {
    if (this.state !== "open") return;
    this.#patience.renew(this.#options.reconnectMs);
    this.#become("reconnecting");
  }

  /** Makes the connection anew, or asks the other side to. */
  #again(): void {
    if (!this.#options.reachable()) return;
    this.#attemptAt = performance.now();
    if (this.#polite) this.#options.signal({ attempt: this.#attempt, again: true });
    else this.#begin(this.#nextAttempt());
  }

  #nextAttempt(): number {
    // above those of a link to the same peer that was there before, and of which nothing is known here
    return Math.max(this.#attempt + 1, Date.now());
  }

  #look(): void {
    const now = performance.now();
    const tooLong = this.#patience.look();
    this.#wanted = Math.max(0, this.#wanted - 1);
    if (this.#proofUntil !== undefined && now > this.#proofUntil) {
      this.#gone();
    } else if (this.state !== "open") {
      if (tooLong) this.close(new AppError("TIMEOUT", "There is no way to this peer."));
      else if (now - this.#attemptAt >= ATTEMPT_MS) this.#again();
    }
    if (this.state === "open" && now - this.#pingAt >= HEARTBEAT_MS) {
      if (this.#unanswered >= 2) this.#doubt();
      else this.#ping();
    }
  }

  #ping(): void {
    this.#pingAt = performance.now();
    this.#unanswered++;
    this.#options.ping();
  }

  #become(state: PeerState, error?: AppError): void {
    this.state = state;
    this.#options.state(state, error);
  }
}
