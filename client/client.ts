import type { Contract, ProceduresOf } from "../shared/contract.ts";
import { type AckInfo, Kind, type WelcomeInfo } from "../shared/message.ts";
import { startCall } from "./call.ts";
import { Core } from "./core.ts";
import type { ClientEvents } from "./events.ts";
import type { LateDeflate } from "./late-deflate.ts";
import { type LatePeers, latePeers } from "./late-peers.ts";
import { lateOffload, lateShare } from "./late-workers.ts";
import type { LinkState } from "./link.ts";
import {
  type CheckedDescriptions,
  createMethods,
  type MethodDescriptions,
  type Methods,
  type MethodsFrom,
  methodsFrom,
} from "./methods.ts";
import type { ClientMiddleware } from "./middleware.ts";
import type { CallOptions, ClientOptions, PublishOptions, RequestOptions } from "./options.ts";
import type { Peers } from "./peers/peer-types.ts";
import { type ClientPlugin, createPlugins, type Plugins } from "./plugin.ts";
import type { ClientProcedure } from "./procedures.ts";
import type { SubscriptionOptions } from "./publication-buffer.ts";
import { startPublish } from "./publish.ts";
import { openStream, type StreamOptions } from "./stream.ts";
import type { Subscription, SubscriptionCallback } from "./subscription.ts";
import type {
  Arguments,
  CallInput,
  CallOutput,
  ChannelData,
  ChannelReceived,
  ProcedureName,
  StreamItem,
  StreamName,
  UntypedContract,
} from "./types.ts";
import type { WebSocketConstructor } from "./web-socket.ts";
import type { OffloadOptions } from "./workers/offload-options.ts";
import type { ShareOptions } from "./workers/share-options.ts";
import type { FunctionName, WorkerPool } from "./workers/worker-pool.ts";

/** A client of one server, over a connection that comes back by itself. Made by `connect`. */
export class Client<App extends Contract = UntypedContract> {
  /** Procedures as functions: `client.methods.math.add(input, options)` is `client.call("math.add", input, options)`. */
  readonly methods: Methods<ProceduresOf<App>>;
  /** Other clients, to talk with without the server: see docs/PEERS.md. What it takes is fetched on first use. */
  readonly peers: Peers;
  readonly #core: Core;
  readonly #plugins: Plugins;
  readonly #peers: LatePeers;

  /** @internal */
  constructor(url: string | URL, options: ClientOptions, webSocket: WebSocketConstructor, deflate: LateDeflate) {
    this.#core = new Core(url, options, webSocket, deflate);
    this.methods = createMethods((name, input, callOptions) => this.#call(name, input, callOptions)) as Methods<
      ProceduresOf<App>
    >;
    this.#peers = latePeers(this as unknown as Client, options.peers?.rtc, (error) => this.#core.report(error));
    this.peers = this.#peers;
    this.#plugins = createPlugins(
      this as unknown as Client,
      (other, its = {}) => new Client(other, its, its.webSocket ?? webSocket, deflate),
      (error) => this.#core.report(error),
    );
    this.#core.ended = () => this.#plugins.end();
    try {
      for (const plugin of options.plugins ?? []) this.plug(plugin);
    } catch (error) {
      this.close();
      throw error;
    }
    if (options.lazy !== true) this.#core.link.start();
  }

  /** Of the connection. */
  get state(): LinkState {
    return this.#core.link.state;
  }

  /** What the server said of itself and of this connection, or of the last one. */
  get welcome(): WelcomeInfo | undefined {
    return this.#core.welcome;
  }

  /** Frames and messages of the server that were malformed, or named nothing known. */
  get ignored(): number {
    return this.#core.ignored;
  }

  /** Resolves at the first connection, rejects where the client is closed before; may be ignored. Dials if lazy. */
  get ready(): Promise<void> {
    this.#core.link.start();
    return this.#core.ready.promise;
  }

  /** Calls `listener` at every such event; the function returned stops that. */
  on<Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]): () => void {
    return this.#core.events.on(event, listener);
  }

  /**
   * Calls a procedure; of one that streams, only the return value is given. Without a connection it waits for one, and
   * where the answer is lost with a connection it is asked for on the next; the procedure runs once all the same.
   *
   * @throws AppError what the server answers; `TIMEOUT`; `UNAVAILABLE` where the answer was lost and cannot be had any
   * more, so that the call may or may not have been carried out; `OVERLOADED` where too many wait for a connection;
   * `TOO_LARGE`
   * @throws EncodeError where the input cannot be encoded; the signal's reason
   */
  call<Name extends ProcedureName<App>>(
    name: Name,
    ...[input, options]: Arguments<CallInput<App, Name>, CallOptions>
  ): Promise<CallOutput<App, Name>> {
    return this.#call(name, input, options) as Promise<CallOutput<App, Name>>;
  }

  /**
   * Calls a procedure, once, and does not wait for its answer: how it ended is told by the `call` event only. Without a
   * connection it waits for one.
   */
  notify<Name extends ProcedureName<App>>(
    name: Name,
    ...[input, options]: Arguments<CallInput<App, Name>, RequestOptions>
  ): void {
    this.#call(name, input, { ...options, attempts: 1 }).catch(() => {});
  }

  /**
   * Calls a streaming procedure when its first item is asked for. The iteration gives its items and returns its return
   * value; breaking out cancels it on the server. Throws as `call` does.
   */
  stream<Name extends StreamName<App>>(
    name: Name,
    ...[input, options]: Arguments<CallInput<App, Name>, StreamOptions>
  ): AsyncGenerator<StreamItem<App, Name>, CallOutput<App, Name>, undefined> {
    const stream = openStream(this.#core, name, input, options ?? {});
    return stream as AsyncGenerator<StreamItem<App, Name>, CallOutput<App, Name>, undefined>;
  }

  /**
   * Offers a procedure to the server, which calls it by `connection.call` or `connection.stream`; the function returned
   * takes it back. An `AppError` it throws reaches the server as it is; anything else as `INTERNAL` without details, and
   * this client as `error`. Where it is, or returns, a generator, each item is sent as the server reads it.
   *
   * @throws Error where the name is taken
   * @example client.register("confirm", (question: string, { signal }) => dialog.ask(question, signal));
   */
  register<Input = unknown>(name: string, procedure: ClientProcedure<Input>): () => void {
    // what the server gives is not checked: its type is the caller's word
    return this.#core.procedures.register(name, procedure as ClientProcedure);
  }

  /**
   * Subscribes to a channel, or to all that begin alike (`chat:*`), until it is unsubscribed, over all connections.
   *
   * @param what takes the publications; without it, iterate over what is returned
   */
  subscribe<Channel extends string>(
    channel: Channel,
    what?: SubscriptionCallback<ChannelReceived<App, Channel>> | SubscriptionOptions,
    options: SubscriptionOptions = {},
  ): Subscription<ChannelReceived<App, Channel>> {
    const { link, subscriptions } = this.#core;
    link.start();
    const subscription =
      typeof what === "function"
        ? subscriptions.add(channel, what as SubscriptionCallback, options)
        : subscriptions.add(channel, undefined, what ?? options);
    return subscription as Subscription<ChannelReceived<App, Channel>>;
  }

  /**
   * Procedures as functions of the application's own making, each by the name it has here.
   *
   * @param descriptions the name of each one's procedure, and a `factory` that makes its input; without it a function
   * takes the input itself, and options
   * @example
   * const { add } = client.methodsFrom({ add: { type: "math.add", factory: (x: number, y: number) => ({ x, y }) } });
   * await add(1, 6);
   */
  methodsFrom<const Descriptions extends MethodDescriptions>(
    descriptions: Descriptions & CheckedDescriptions<App, Descriptions>,
  ): MethodsFrom<App, Descriptions> {
    const methods = methodsFrom((name, input, options) => this.#call(name, input, options), descriptions);
    return methods as MethodsFrom<App, Descriptions>;
  }

  /** Lets `middleware` see every message from now on, after those there are; the function returned stops that. */
  use(middleware: ClientMiddleware): () => void {
    return this.#core.middlewares.use(middleware);
  }

  /**
   * Sets a plugin up; the function returned undoes that, as does the end of the client.
   *
   * @throws Error where the plugin throws, with its name; what it had done by then is undone
   */
  plug(plugin: ClientPlugin): () => void {
    return this.#plugins.plug(plugin);
  }

  /**
   * Has large messages inflated, decoded and deflated in the web workers of a Centaurus, rather than on the page's main
   * thread; order is kept. What these cannot do, for whatever reason, is done here as before, and told once as `error`.
   * The function returned ends it.
   *
   * @throws RangeError where a number makes no sense
   * @example client.offload(new Centaurus());
   */
  offload(pool: WorkerPool, options: OffloadOptions = {}): () => void {
    return lateOffload(this.#core, pool, options);
  }

  /**
   * Offers functions of a Centaurus to the server, as `register` does: those that are named, and no others. They run in
   * its web workers, within limits; what is beyond is answered with `OVERLOADED`. The function returned takes them back.
   *
   * @throws Error where a name is taken; RangeError where a number makes no sense
   * @example client.share(C, { functions: ["hash"] });
   */
  share<Pool extends WorkerPool>(pool: Pool, options: ShareOptions<FunctionName<Pool>>): () => void {
    return lateShare(this.#core, pool, options);
  }

  /**
   * Publishes. Resolves when the server has it, with its offset where the channel keeps history. Where the answer is lost
   * with the connection it is asked for on the next; the publication is made once all the same. Throws as `call` does.
   */
  publish<Channel extends string>(
    channel: Channel,
    data: ChannelData<App, Channel>,
    options: PublishOptions = {},
  ): Promise<AckInfo> {
    return new Promise((resolve, reject) => {
      startPublish(this.#core.calls, channel, data, options, { resolve, reject });
    });
  }

  /** Measures a round trip, in milliseconds. @param timeoutMs @default that of the client */
  ping(timeoutMs?: number): Promise<number> {
    let sentAt = 0;
    return new Promise((resolve, reject) => {
      this.#core.requests.send((id) => [Kind.PING, id], {
        answer: Kind.PONG,
        timeoutMs,
        sent: () => {
          sentAt = performance.now();
        },
        resolve: () => resolve(performance.now() - sentAt),
        reject,
      });
    });
  }

  /**
   * Gives up the connection there is and dials now, also where the page is hidden or the server asked for a pause; a
   * token function is asked again. Does nothing after `close`, or where the client was closed for good.
   */
  reconnect(): void {
    this.#core.link.reconnect("asked to", true);
  }

  /** Closes for good, peers included. What is pending rejects with `CANCELLED`; iterations over subscriptions end. */
  close(): void {
    this.#peers.close();
    this.#core.close();
  }

  /** Does what `close` does, at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #call(name: string, input: unknown, options: CallOptions | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      startCall(this.#core.calls, name, input, options ?? {}, { resolve, reject });
    });
  }
}
