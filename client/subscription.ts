// who compiles with this may not have chosen this part of the library
/// <reference lib="esnext.disposable" preserve="true" />
import { type EventInfo, Kind, type Position } from "../shared/message.ts";
import { onAbort } from "../shared/on-abort.ts";
import type { PresenceChange, PresenceMember } from "../shared/presence.ts";
import type {
  ChannelSubscription,
  Delivered,
  Gap,
  Member,
  SubscriptionChange,
  SubscriptionState,
} from "./channel-subscription.ts";
import { PublicationBuffer, type SubscriptionOptions } from "./publication-buffer.ts";
import { ReportingEmitter } from "./teller.ts";

/** What comes with a publication's data. */
export interface PublicationInfo extends EventInfo {
  /** The channel it was published on, where the subscription is to a pattern too. */
  readonly channel: string;
}

/** A publication as the iterator form gives it. */
export interface Publication<Data = unknown> extends PublicationInfo {
  readonly data: Data;
}

/**
 * Takes publications, in order. Where it returns a promise, the next one waits until that has settled; what it throws
 * or rejects with is told by the client's `error` event.
 */
export type SubscriptionCallback<Data = unknown> = (data: Data, event: PublicationInfo) => unknown;

export interface SubscriptionEvents {
  state: (state: SubscriptionState, change: SubscriptionChange) => void;
  /**
   * Publications are missing, and are not to be had any more: what the application knows of the channel has to be found
   * out anew. Never told of a channel without history, where nobody can know.
   */
  gap: (gap: Gap) => void;
  /** Somebody came to the channel or left it, where this subscription, or another one to it, asked for `presence`. */
  presence: (change: PresenceChange, member: PresenceMember) => void;
}

/** One subscriber's side of a channel. Without a callback it collects publications for `for await`. */
export class Subscription<Data = unknown> implements AsyncIterable<Publication<Data>> {
  /** The channel or pattern. */
  readonly channel: string;
  /** Publications thrown away because their reader was behind by more than the buffer. */
  dropped = 0;
  readonly #shared: ChannelSubscription;
  readonly #callback: SubscriptionCallback<Data> | undefined;
  readonly #options: SubscriptionOptions;
  readonly #report: (error: unknown) => void;
  readonly #member: Member;
  readonly #offAbort: (() => void) | undefined;
  #events: ReportingEmitter<SubscriptionEvents> | undefined;
  #queue: PublicationBuffer<Data> | undefined;
  /** What waits while the callback's promise is pending. */
  #inbox: PublicationBuffer<Data> | undefined;
  #busy = false;
  #over: Promise<void> | undefined;

  /** @internal */
  constructor(
    shared: ChannelSubscription,
    callback: SubscriptionCallback<Data> | undefined,
    options: SubscriptionOptions,
    report: (error: unknown) => void,
  ) {
    this.channel = shared.channel;
    this.#shared = shared;
    this.#callback = callback;
    this.#options = options;
    this.#report = report;
    if (callback === undefined) this.#iterate();
    this.#member = {
      deliver: (message) => this.#deliver(message),
      changed: (state, change) => {
        if (this.#over === undefined) this.#tell("state", state, change);
      },
      gap: (gap) => {
        if (this.#over === undefined) this.#tell("gap", gap);
      },
      end: (error) => this.#end(error),
    };
    shared.join(this.#member);
    const { signal } = options;
    if (signal?.aborted === true) this.unsubscribe();
    else if (signal !== undefined) this.#offAbort = onAbort(signal, () => this.unsubscribe());
  }

  /** Whether publications come. */
  get state(): SubscriptionState {
    return this.#over === undefined ? this.#shared.state : "unsubscribed";
  }

  /** The place of the last publication, where the channel keeps a history: to go on from there later, see `since`. */
  get position(): Position | undefined {
    return this.#shared.position;
  }

  /**
   * Resolves when the server has subscribed, rejects where it refuses or where it ends before; may be ignored.
   * After a lost connection this is a new promise.
   */
  get ready(): Promise<void> {
    return this.#over ?? this.#shared.ready;
  }

  /** Calls `listener` at every change of the state; the function returned stops that. */
  on<Name extends keyof SubscriptionEvents>(event: Name, listener: SubscriptionEvents[Name]): () => void {
    this.#events ??= new ReportingEmitter(this.#report);
    return this.#events.on(event, listener);
  }

  /**
   * Stops: the callback is not called any more, iterators end after what waits. The server is told when the last
   * subscription to the channel goes.
   */
  unsubscribe(): void {
    this.#inbox = undefined;
    if (this.#over === undefined) this.#end(undefined);
  }

  /** Breaking out of the iteration unsubscribes. */
  [Symbol.asyncIterator](): AsyncIterator<Publication<Data>, undefined, undefined> {
    return this.#iterate();
  }

  /** Does what `unsubscribe` does, at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.unsubscribe();
  }

  #iterate(): PublicationBuffer<Data> {
    this.#queue ??= new PublicationBuffer(this.#options, () => this.unsubscribe());
    return this.#queue;
  }

  #deliver([kind, channel, received, info]: Delivered): void {
    // a callback before this one may have ended it
    if (this.#over !== undefined) return;
    if (kind === Kind.PRESENCE) {
      this.#tell("presence", received as PresenceChange, info as PresenceMember);
      return;
    }
    const event = { ...(info as EventInfo), channel };
    const data = received as Data;
    try {
      if (this.#queue !== undefined) this.dropped += this.#queue.add({ ...event, data });
      if (this.#busy) {
        this.#inbox ??= new PublicationBuffer(this.#options, () => {});
        this.dropped += this.#inbox.add({ ...event, data });
      } else this.#hand(data, event);
    } catch (error) {
      // a buffer is full
      this.#end(error);
      if (this.#callback !== undefined) this.#report(error);
    }
  }

  #hand(data: Data, event: PublicationInfo): void {
    try {
      const result = this.#callback?.(data, event) as PromiseLike<unknown> | undefined;
      if (typeof result?.then !== "function") return;
      this.#busy = true;
      const next = () => this.#next();
      Promise.resolve(result).catch(this.#report).then(next, next);
    } catch (error) {
      this.#report(error);
    }
  }

  #next(): void {
    this.#busy = false;
    while (!this.#busy) {
      const publication = this.#inbox?.shift();
      if (publication === undefined) return;
      const { data, ...event } = publication;
      this.#hand(data, event);
    }
  }

  #tell<Name extends keyof SubscriptionEvents>(event: Name, ...args: Parameters<SubscriptionEvents[Name]>): void {
    try {
      this.#events?.emit(event, ...args);
    } catch (error) {
      this.#report(error);
    }
  }

  #end(error: unknown): void {
    const { members } = this.#shared;
    this.#offAbort?.();
    members.delete(this.#member);
    if (members.size === 0) this.#shared.unsubscribe();
    this.#over = this.#shared.ready;
    if (error === undefined) {
      this.#inbox = undefined;
      this.#queue?.end(undefined);
    } else this.#queue?.fail(error);
    this.#tell("state", "unsubscribed", { error });
  }
}
