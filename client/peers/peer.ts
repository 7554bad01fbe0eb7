import { AppError } from "../../shared/errors.ts";
import type { Registry } from "../registry.ts";
import { ReportingEmitter } from "../teller.ts";
import type { Arguments } from "../types.ts";
import { PeerLink, type PeerLinkOptions } from "./peer-link.ts";
import { PeerMessages } from "./peer-messages.ts";
import type {
  AnyPeers,
  InfoIn,
  PeerCallOptions,
  PeerEventData,
  PeerEventName,
  PeerInput,
  PeerItem,
  PeerOutput,
  PeerProcedureName,
  PeerState,
  PeerStats,
  PeerStreamName,
  PeerTypes,
} from "./peer-types.ts";
import { digestStats } from "./stats.ts";

/** What a peer tells. */
export interface PeerEvents {
  /** The way to it is another one. The error says why it is closed, where nobody here wanted that. */
  state: (state: PeerState, error: AppError | undefined) => void;
}

/** @internal What a peer is made with. */
export interface PeerOptions {
  readonly id: string;
  readonly info: unknown;
  readonly polite: boolean;
  readonly registry: Registry;
  readonly link: Omit<PeerLinkOptions, "state" | "received" | "lost" | "ping">;
  /** Takes what listeners and procedures threw. */
  report(error: unknown): void;
}

type Listener = (data: unknown) => void;

/** Another client, with which this one talks without the server. Made by `client.peers`. */
export class Peer<Types extends PeerTypes = AnyPeers> {
  /** Its id, by which it can be connected to. */
  readonly id: string;
  /** What it told of itself when it sought, or what the server says of it. */
  readonly info: InfoIn<Types>;
  /** @internal */
  readonly link: PeerLink;
  readonly #messages: PeerMessages;
  readonly #events: ReportingEmitter<PeerEvents>;
  readonly #listeners = new Map<string, Set<{ readonly listener: Listener }>>();
  readonly #report: (error: unknown) => void;

  /** @internal */
  constructor({ id, info, polite, registry, link, report }: PeerOptions) {
    this.id = id;
    this.info = info as InfoIn<Types>;
    this.#report = report;
    this.#events = new ReportingEmitter(report);
    const gone = (error: AppError) => this.link.close(error);
    this.#messages = new PeerMessages({
      registry,
      about: { peer: this },
      send: (bytes) => this.link.send(bytes),
      maxMessage: () => this.link.connection?.sctp?.maxMessageSize,
      event: (name, data) => this.#received(name, data),
      report,
      leaving: () => gone(new AppError("UNAVAILABLE", "The peer has closed the connection.")),
      nonsense: gone,
    });
    this.link = new PeerLink(polite, {
      ...link,
      state: (state, error) => this.#changed(state, error),
      received: (data) => this.#messages.received(data),
      lost: () => this.#messages.lost(lostError()),
      ping: () => this.#messages.ping(),
    });
  }

  /** Of the connection with it. */
  get state(): PeerState {
    return this.link.state;
  }

  /** Round trip to it by the last heartbeat, in milliseconds; undefined before the first. */
  get rttMs(): number | undefined {
    return this.#messages.rttMs;
  }

  /** Calls `listener` at every such event; the function returned stops that. */
  on<Name extends keyof PeerEvents>(event: Name, listener: PeerEvents[Name]): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Calls a procedure that the peer has registered; of one that streams, only the return value is given.
   *
   * @throws AppError what the peer answers; `TIMEOUT`; `UNAVAILABLE` where there is no channel, or it was lost before
   * the answer came, so that the call may or may not have been carried out; `OVERLOADED`; `TOO_LARGE`
   * @throws EncodeError where the input cannot be encoded; the signal's reason
   */
  call<Name extends PeerProcedureName<Types>>(
    name: Name,
    ...[input, options]: Arguments<PeerInput<Types, Name>, PeerCallOptions>
  ): Promise<PeerOutput<Types, Name>> {
    return this.#messages.call(name, input, options ?? {}) as Promise<PeerOutput<Types, Name>>;
  }

  /** Calls a streaming procedure when its first item is asked for; `break` cancels it. Throws as `call` does. */
  stream<Name extends PeerStreamName<Types>>(
    name: Name,
    ...[input, options]: Arguments<PeerInput<Types, Name>, PeerCallOptions>
  ): AsyncGenerator<PeerItem<Types, Name>, PeerOutput<Types, Name>, undefined> {
    const stream = this.#messages.stream(name, input, options ?? {});
    return stream as AsyncGenerator<PeerItem<Types, Name>, PeerOutput<Types, Name>, undefined>;
  }

  /**
   * Tells the peer something, in order, and waits for nothing. What is on its way when the channel is lost may be lost.
   *
   * @throws AppError `UNAVAILABLE` where there is no channel, `OVERLOADED` where too much waits for it, `TOO_LARGE`
   */
  emit<Name extends PeerEventName<Types>>(name: Name, data: PeerEventData<Types, Name>): void {
    this.#messages.emit(name, data);
  }

  /** Calls back with what the peer tells under a name; the function returned stops that. */
  listen<Name extends PeerEventName<Types>>(
    name: Name,
    listener: (data: PeerEventData<Types, Name>) => void,
  ): () => void {
    const entry = { listener: listener as Listener };
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(entry));
    return () => {
      listeners.delete(entry);
    };
  }

  /** How the connection is. */
  stats(): Promise<PeerStats> {
    return digestStats(this.link.connection, this.rttMs);
  }

  /** Closes the connection for good, and tells the peer. */
  close(): void {
    if (this.state === "closed") return;
    this.#messages.goodbye();
    this.link.close();
  }

  /** Does what `close` does, at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #received(name: string, data: unknown): void {
    for (const { listener } of [...(this.#listeners.get(name) ?? [])]) {
      try {
        const result: unknown = listener(data);
        // whatever its type says, one that is `async` returns a promise
        if (result instanceof Promise) result.catch(this.#report);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  #changed(state: PeerState, error: AppError | undefined): void {
    if (state === "closed") this.#messages.lost(error ?? new AppError("CANCELLED", "The peer was closed."));
    try {
      this.#events.emit("state", state, error);
    } catch (thrown) {
      this.#report(thrown);
    }
  }
}

function lostError(): AppError {
  return new AppError("UNAVAILABLE", "The channel was lost before the answer came.");
}
