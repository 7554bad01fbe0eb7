import type { EventInfo } from "../shared/message.ts";
import { ChannelSubscription, type Delivered } from "./channel-subscription.ts";
import type { SubscriptionOptions } from "./publication-buffer.ts";
import type { Requests } from "./requests.ts";
import { Subscription, type SubscriptionCallback } from "./subscription.ts";

/** The channels and patterns subscribed to, in the order they came. */
export class Subscriptions {
  readonly #channels = new Map<string, ChannelSubscription>();
  readonly #requests: Requests;
  readonly #report: (error: unknown) => void;
  #ended: { readonly error: unknown } | undefined;

  /** @param report takes what a callback throws */
  constructor(requests: Requests, report: (error: unknown) => void) {
    this.#requests = requests;
    this.#report = report;
  }

  /** How many channels and patterns there are. */
  get size(): number {
    return this.#channels.size;
  }

  /** Those whose server need not know where they were. */
  get plain(): string[] {
    return [...this.#channels.values()].filter(({ position }) => position === undefined).map(({ channel }) => channel);
  }

  add(channel: string, callback: SubscriptionCallback | undefined, options: SubscriptionOptions): Subscription {
    let shared = this.#channels.get(channel);
    let asks = shared === undefined;
    if (shared === undefined) {
      shared = new ChannelSubscription(channel, options.since, this.#requests, () => this.#channels.delete(channel));
      this.#channels.set(channel, shared);
    }
    if (options.presence && !shared.presence) asks = shared.presence = true;
    const subscription = new Subscription(shared, callback, options, this.#report);
    if (this.#ended !== undefined) shared.end(this.#ended.error);
    else if (asks) shared.subscribe();
    return subscription;
  }

  /** Hands a message to the subscribers it is for. Returns false where there are none. */
  deliver(message: Delivered): boolean {
    // who comes and goes is told of no pattern
    const shared = this.#channels.get((message[3] as EventInfo | null)?.pattern ?? message[1]);
    shared?.deliver(message);
    return shared !== undefined;
  }

  /** The server has ended a subscription, by its own will. Returns whether there was one. */
  ended(channel: unknown, error: unknown): boolean {
    const shared = this.#channels.get(channel as string);
    shared?.end(error);
    return shared !== undefined;
  }

  /** There is a connection: subscribes to everything (again). */
  opened(): void {
    for (const shared of this.#channels.values()) shared.subscribe();
  }

  lost(): void {
    for (const shared of this.#channels.values()) shared.lost();
  }

  /** There will be no connection any more. @param error undefined where that was the application's will */
  end(error: unknown): void {
    this.#ended = { error };
    for (const shared of [...this.#channels.values()]) shared.end(error);
  }
}
