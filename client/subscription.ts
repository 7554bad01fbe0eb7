import { AsyncQueue } from "../shared/async-queue.ts";
import type { EventInfo } from "../shared/message.ts";
import type { ChannelSubscription, Member, SubscriptionState } from "./channel-subscription.ts";

/** What comes with a publication's data. */
export interface PublicationInfo extends EventInfo {
  /** The channel it was published on, where the subscription is to a pattern too. */
  readonly channel: string;
}

/** A publication as the iterator form gives it. */
export interface Publication<Data = unknown> extends PublicationInfo {
  readonly data: Data;
}

export type SubscriptionCallback<Data = unknown> = (data: Data, event: PublicationInfo) => void;

/** One subscriber's side of a channel. Without a callback it collects publications for `for await`. */
export class Subscription<Data = unknown> implements AsyncIterable<Publication<Data>> {
  /** The channel or pattern. */
  readonly channel: string;
  /** Publications thrown away because the iterating side was behind by more than the buffer. */
  dropped = 0;
  readonly #shared: ChannelSubscription;
  readonly #member: Member;
  readonly #buffer: number;
  #queue: AsyncQueue<Publication<Data>> | undefined;
  #over: Promise<void> | undefined;

  /** @internal */
  constructor(
    channel: string,
    shared: ChannelSubscription,
    callback: SubscriptionCallback<Data> | undefined,
    buffer: number,
    report: (error: unknown) => void,
  ) {
    this.channel = channel;
    this.#shared = shared;
    this.#buffer = buffer;
    if (callback === undefined) this.#iterate();
    this.#member = {
      deliver: (message) => {
        const event = { ...message[3], channel: message[1] };
        this.#collect({ ...event, data: message[2] as Data });
        try {
          callback?.(message[2] as Data, event);
        } catch (error) {
          report(error);
        }
      },
      end: (error) => this.#end(error),
    };
    shared.members.add(this.#member);
  }

  get state(): SubscriptionState {
    return this.#over === undefined ? this.#shared.state : "unsubscribed";
  }

  /**
   * Resolves when the server has subscribed, rejects where it refuses or where it ends before; may be ignored.
   * After a lost connection this is a new promise.
   */
  get ready(): Promise<void> {
    return this.#over ?? this.#shared.ready;
  }

  /** Stops; iterators end. The server is told when the last subscription to the channel goes. */
  unsubscribe(): void {
    if (this.#over === undefined) this.#end(undefined);
  }

  /** Breaking out of the iteration unsubscribes. */
  [Symbol.asyncIterator](): AsyncIterator<Publication<Data>, undefined, undefined> {
    return this.#iterate();
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }

  #iterate(): AsyncQueue<Publication<Data>> {
    this.#queue ??= new AsyncQueue({ leave: () => this.unsubscribe() });
    return this.#queue;
  }

  #collect(publication: Publication<Data>): void {
    const queue = this.#queue;
    if (queue === undefined) return;
    if (queue.size >= this.#buffer) {
      queue.shift();
      this.dropped++;
    }
    queue.push(publication);
  }

  #end(error: unknown): void {
    const { members } = this.#shared;
    members.delete(this.#member);
    if (members.size === 0) this.#shared.unsubscribe();
    this.#over = this.#shared.ready;
    if (error === undefined) this.#queue?.end(undefined);
    else this.#queue?.fail(error);
  }
}
