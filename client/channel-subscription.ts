import { AppError } from "../shared/errors.ts";
import {
  type EventInfo,
  type EventMessage,
  Kind,
  type MessageId,
  type Position,
  type PresenceMessage,
  type SubscribedInfo,
  type SubscribeMessage,
} from "../shared/message.ts";
import { backoff, retryAfter } from "./backoff.ts";
import { type Deferred, deferred } from "./deferred.ts";
import type { Requests } from "./requests.ts";

/** `pending`: the server has not answered, or there is no connection. `unsubscribed`: for good. */
export type SubscriptionState = "pending" | "subscribed" | "unsubscribed";

/** What comes with a change of a subscription's state. */
export interface SubscriptionChange {
  /** With `subscribed`: what the server said. */
  readonly info?: SubscribedInfo;
  /** With `unsubscribed`: why, where that was not wanted. */
  readonly error?: unknown;
}

/** Publications of a channel with history that never came, and are not to be had any more. */
export interface Gap {
  /** The last publication before it. */
  readonly since: Position;
  /** The last one that is missing, or was there when that was found out; undefined where the channel keeps none any more. */
  readonly until: Position | undefined;
}

/** What the server sends to a channel's subscribers. */
export type Delivered = EventMessage | PresenceMessage;

/** One of those who share a channel's subscription. */
export interface Member {
  deliver(message: Delivered): void;
  /** The state is another, and not the last one. */
  changed(state: SubscriptionState, change: SubscriptionChange): void;
  gap(gap: Gap): void;
  /** Nothing comes any more: because of an error, or because that was wanted. */
  end(error: unknown): void;
}

/** What the server knows of: one subscription per channel or pattern, kept over all connections. */
export class ChannelSubscription {
  readonly members = new Set<Member>();
  state: SubscriptionState = "pending";
  /** Whether a member asked who comes and goes. It stays so: others may rely on it. */
  presence = false;
  readonly channel: string;
  readonly #requests: Requests;
  readonly #ended: () => void;
  #ready: Deferred<void> = deferred();
  /** Tells the answer to the newest SUBSCRIBE from those that came too late. */
  #attempt = 0;
  #refusals = 0;
  #sent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the last publication, where the channel keeps a history. */
  position: Position | undefined;
  /** Whether only the newest publication counts, so that none is missing. */
  #latest = false;
  /** That one. */
  #newest: Delivered | undefined;

  /**
   * @param position of the last publication that the application knows
   * @param ended called once, when this is over
   */
  constructor(channel: string, position: Position | undefined, requests: Requests, ended: () => void) {
    this.channel = channel;
    this.position = position;
    this.#requests = requests;
    this.#ended = ended;
  }

  /** Resolves at SUBSCRIBED. After a refusal that a retry may mend, and after a loss, there is a new one. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** One more shares this. Where only the newest publication counts, it gets that. */
  join(member: Member): void {
    this.members.add(member);
    const newest = this.#newest;
    if (newest === undefined) return;
    // not before whoever subscribes has what it subscribed
    queueMicrotask(() => {
      if (this.members.has(member)) member.deliver(newest);
    });
  }

  /** Asks the server; without a connection it is asked when there is one. */
  subscribe(): void {
    clearTimeout(this.#timer);
    if (this.state === "unsubscribed" || !this.#requests.accepting) return;
    this.#sent = true;
    const attempt = ++this.#attempt;
    this.#requests.send((id) => this.#message(id), {
      answer: Kind.SUBSCRIBED,
      resolve: (info) => {
        if (attempt === this.#attempt) this.#subscribed(info as SubscribedInfo);
      },
      reject: (error) => {
        if (attempt === this.#attempt) this.#refused(error);
      },
    });
  }

  /** The connection is gone; `subscribe` when there is a new one. */
  lost(): void {
    clearTimeout(this.#timer);
    this.#attempt++;
    this.#sent = false;
    if (this.state !== "subscribed") return;
    this.#ready = deferred();
    this.#become("pending", {});
  }

  deliver(message: Delivered): void {
    const { offset, pattern } = (message[3] as EventInfo | null | undefined) ?? {};
    // what an earlier subscription to the channel left on its way comes again, or belongs to what was not asked for
    if (this.state === "pending" && offset !== undefined && pattern === undefined) return;
    const { position } = this;
    if (position !== undefined && offset !== undefined) {
      // it came before, on another connection
      if (offset <= position.offset) return;
      this.position = { ...position, offset };
      if (this.#latest) this.#newest = message;
      else if (offset > position.offset + 1) this.#gap(position, { ...position, offset: offset - 1 });
    }
    // most have one member, who needs no copy
    if (this.members.size > 1) for (const member of [...this.members]) member.deliver(message);
    else {
      const [only] = this.members;
      only?.deliver(message);
    }
  }

  /** The last member went. */
  unsubscribe(): void {
    const tell = this.#sent && this.#requests.accepting;
    this.end(undefined);
    if (!tell) return;
    const nothing = () => {};
    const request = { answer: Kind.ACK, resolve: nothing, reject: nothing };
    this.#requests.send((id) => [Kind.UNSUBSCRIBE, id, this.channel], request);
  }

  /** It is over, with an error or by will. */
  end(error: unknown): void {
    if (this.state === "unsubscribed") return;
    clearTimeout(this.#timer);
    this.#attempt++;
    this.state = "unsubscribed";
    this.#ready.reject(error ?? new AppError("CANCELLED", "Unsubscribed before the server answered."));
    this.#ended();
    for (const member of [...this.members]) member.end(error);
  }

  #message(id: MessageId): SubscribeMessage {
    const { position: since, presence } = this;
    if (since === undefined && !presence) return [Kind.SUBSCRIBE, id, this.channel];
    return [Kind.SUBSCRIBE, id, this.channel, { ...(since && { since }), ...(presence && { presence }) }];
  }

  #subscribed(info: SubscribedInfo): void {
    const { epoch, offset, recovered, latest } = info;
    const since = this.position;
    const now = epoch === undefined || offset === undefined ? undefined : { epoch, offset };
    this.#refusals = 0;
    this.#latest = latest === true;
    const abreast = since?.epoch === epoch && since?.offset === offset;
    if (recovered !== true) {
      this.position = now;
      this.#newest = undefined;
    }
    // the newest follows, if it is another
    else if (latest && now && !abreast) this.position = { ...now, offset: now.offset - 1 };
    this.#ready.resolve();
    this.#become("subscribed", { info });
    // it may have been subscribed all the time, and all that was missed came before this
    if (since !== undefined && recovered !== true && !abreast) this.#gap(since, now);
  }

  #gap(since: Position, until: Position | undefined): void {
    for (const member of [...this.members]) member.gap({ since, until });
  }

  #become(state: SubscriptionState, change: SubscriptionChange): void {
    this.state = state;
    for (const member of [...this.members]) member.changed(state, change);
  }

  #refused(error: unknown): void {
    if (!(error instanceof AppError && error.retry)) {
      this.#sent = false;
      this.end(error);
      return;
    }
    const delay = Math.max(retryAfter(error), backoff(this.#refusals++));
    this.#timer = setTimeout(() => this.subscribe(), delay);
    const refused = this.#ready;
    this.#ready = deferred();
    refused.reject(error);
  }
}
