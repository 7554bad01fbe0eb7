import type { Frame } from "../../shared/message.ts";
import type { ClientFacts } from "./client-address.ts";

/** What is known of a client when it asks for a WebSocket: a copy, good after any await. */
export interface UpgradeRequest extends ClientFacts {
  /** Path of the URL, without the query. */
  readonly path: string;
  /** The query without "?", or an empty string. */
  readonly query: string;
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Subprotocols the client offers, in its order. */
  readonly offers: readonly string[];
}

/** Either a subprotocol to speak ("" = none was offered, none is named), or an HTTP refusal. */
export type UpgradeAnswer = { readonly subprotocol: string } | HttpAnswer;

export interface HttpRequest {
  readonly path: string;
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A route of the public port, for GET and HEAD. */
export interface HttpRoute {
  /** Exact path. */
  readonly path: string;
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
}

/**
 * One client's socket. Safe to touch at any time: after the close everything is a no-op, which uWebSockets.js itself
 * answers with an exception.
 */
export interface Socket {
  readonly open: boolean;
  /** Bytes accepted and not yet taken by the kernel. */
  readonly unsent: number;
  /** @returns false where the frame was dropped, the send budget being spent. */
  send(frame: Frame): boolean;
  /** A protocol ping, which every WebSocket implementation answers by itself. */
  ping(): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  isSubscribed(topic: string): boolean;
  /** Says goodbye with a close frame; what was sent before goes first. */
  end(code: number, reason: string): void;
  /** Hangs up. */
  terminate(): void;
}

/** What a socket tells its owner. */
export interface SocketOwner {
  /** One whole message. The bytes are only valid during the call. */
  message(bytes: ArrayBuffer, binary: boolean): void;
  /** A protocol ping or pong: a sign of life. */
  alive(): void;
  /** What could not be sent at once has gone out. */
  drained(): void;
  /** A publication did not fit into the send budget and was not sent. */
  dropped(): void;
  /** The last call of all. */
  closed(code: number): void;
}

/** What a transport asks of the server it carries. It knows bytes and names, neither codec nor protocol. */
export interface TransportHooks<Owner extends SocketOwner = SocketOwner> {
  /** Answers at once; a WebSocket that is given may still be closed when more is known. */
  upgrade(request: UpgradeRequest): UpgradeAnswer;
  open(socket: Socket, request: UpgradeRequest, subprotocol: string): Owner;
}

export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  /** Bytes of one message; somewhat larger ones are received, so that they can be refused by name. */
  readonly maxPayload: number;
  /** Bytes that may wait for one slow reader. */
  readonly sendBudget: number;
  /** Addresses and ranges of proxies that are believed whom they speak for. */
  readonly trustedProxies: readonly string[];
}

export interface Transport {
  /** Sends a frame to every subscriber of a topic. */
  publish(topic: string, frame: Frame): void;
  /** Accepts connections until `stopListening`. @returns the port. */
  listen(): Promise<number>;
  /** Takes no more connections; those that are there stay, but for plain requests only until the next is answered. */
  stopListening(): void;
  /** Closes everything at once. */
  close(): void;
}
