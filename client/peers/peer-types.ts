import type { InputOf, ItemOf, OutputOf, StreamNames } from "../../shared/contract.ts";
import type { PeerSeek } from "../../shared/peers.ts";
import type { ProcedureCall } from "../procedures.ts";
import type { Peer } from "./peer.ts";
import type { Seek } from "./seek.ts";

/**
 * What peers say to each other, in types alone; they are the caller's word, for what really comes is whatever the other
 * one likes.
 *
 * @example
 * interface Chess {
 *   procedures: { move: (move: string) => boolean };
 *   events: { chat: string };
 *   info: { name: string };
 * }
 */
export interface PeerTypes {
  /** What can be called, as functions of their input. */
  readonly procedures?: unknown;
  /** Data of the events, by their names. */
  readonly events?: unknown;
  /** What a peer tells the others of itself when it seeks. */
  readonly info?: unknown;
}

/** Any name, unknown data. */
export interface AnyPeers {
  readonly procedures: Record<string, (input: unknown) => AsyncGenerator<unknown, unknown>>;
  readonly events: Record<string, unknown>;
  readonly info: unknown;
}

type ProceduresIn<Types> = Types extends { readonly procedures: infer Procedures } ? Procedures : Record<never, never>;
type EventsIn<Types> = Types extends { readonly events: infer Events } ? Events : Record<never, never>;

export type InfoIn<Types> = Types extends { readonly info: infer Info } ? Info : unknown;
export type PeerProcedureName<Types> = keyof ProceduresIn<Types> & string;
export type PeerStreamName<Types> = StreamNames<ProceduresIn<Types>> & string;
export type PeerInput<Types, Name> = InputOf<ProceduresIn<Types>[Name & keyof ProceduresIn<Types>]>;
export type PeerOutput<Types, Name> = OutputOf<ProceduresIn<Types>[Name & keyof ProceduresIn<Types>]>;
export type PeerItem<Types, Name> = ItemOf<ProceduresIn<Types>[Name & keyof ProceduresIn<Types>]>;
export type PeerEventName<Types> = keyof EventsIn<Types> & string;
export type PeerEventData<Types, Name> = EventsIn<Types>[Name & keyof EventsIn<Types>];

/**
 * `connecting`: paired, and no channel yet. `open`: the channel is there. `reconnecting`: it is silent or gone, and is
 * being made anew. `closed`: for good.
 */
export type PeerState = "connecting" | "open" | "reconnecting" | "closed";

/** Options of a seek. What it seeks is told to the server. */
export interface SeekOptions<Types extends PeerTypes = AnyPeers> extends PeerSeek {
  readonly info?: InfoIn<Types>;
  /** How long a pair may take to connect, in milliseconds. @default 30_000 */
  readonly connectMs?: number;
  /** How long a channel that is lost may take to be there again, in milliseconds. @default 30_000 */
  readonly reconnectMs?: number;
  /** Closes the seek and its peers. */
  readonly signal?: AbortSignal;
}

/** Of one call of a peer. */
export interface PeerCallOptions {
  /** How long to wait for the answer, in milliseconds; the peer is told. @default 10_000 */
  readonly timeoutMs?: number;
  /** Cancels: the peer is told, the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One call by a peer, as the procedure sees it. */
export interface PeerProcedureCall extends ProcedureCall {
  /** Who calls. */
  readonly peer: Peer;
}

/** What peers may call. Its input is whatever a stranger sent: look at it first. */
export type PeerProcedure<Input = unknown> = (input: Input, call: PeerProcedureCall) => unknown;

/** How the connection to a peer is, digested from what WebRTC tells. Undefined is what it does not tell. */
export interface PeerStats {
  /** By the channel's own heartbeat, in milliseconds. */
  readonly rttMs: number | undefined;
  readonly bytesSent: number | undefined;
  readonly bytesReceived: number | undefined;
  /** `host`, `srflx`, `prflx` or `relay`: how this side is reached, and the other. */
  readonly local: string | undefined;
  readonly remote: string | undefined;
  /** Whether a TURN server is in between. */
  readonly relayed: boolean;
  readonly protocol: string | undefined;
}

/** `client.peers`. */
export interface Peers {
  /**
   * Seeks. Resolves when the server has taken the seek, and rejects where it refuses.
   *
   * @throws AppError `NOT_FOUND` where the application lets no peers meet, `FORBIDDEN`, `OVERLOADED`, …; `UNAVAILABLE`
   * where there is no WebRTC
   * @example
   * const seek = await client.peers.seek({ context: "chess" });
   * const peer = await seek.next();
   * peer.emit("chat", "hello");
   */
  seek<Types extends PeerTypes = AnyPeers>(options?: SeekOptions<Types>): Promise<Seek<Types>>;
  /**
   * Connects to a peer whose id is known, as where it was published: one that seeks, whatever it seeks, in the same
   * context. Resolves when the channel is open.
   */
  connect<Types extends PeerTypes = AnyPeers>(
    peer: string,
    options?: Pick<SeekOptions<Types>, "context" | "info" | "connectMs" | "reconnectMs">,
  ): Promise<Peer<Types>>;
  /**
   * Offers a procedure to all peers; the function returned takes it back. An `AppError` it throws reaches the caller as
   * it is, anything else as `INTERNAL`.
   *
   * @throws Error where the name is taken
   */
  register<Input = unknown>(name: string, procedure: PeerProcedure<Input>): () => void;
}
