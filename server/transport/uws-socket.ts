import type { WebSocket } from "uWebSockets.js";
import type { Frame } from "../../shared/message.ts";
import type { Socket, SocketOwner, UpgradeRequest } from "./transport.ts";

/** What hangs on a uWebSockets.js socket. Its fields are copied onto the native object, hence one field only. */
export interface UserData {
  link: SocketLink;
}

/** Born with the upgrade; the socket and its owner come with `open`. */
export interface SocketLink {
  request: UpgradeRequest | undefined;
  subprotocol: string;
  socket: UwsSocket | undefined;
  owner: SocketOwner | undefined;
  /** The close code, once it is closed. */
  closedWith: number | undefined;
}

/** uWebSockets.js's verdict on a send. */
const DROPPED = 2;

/** The wrapper that makes a raw socket safe to touch after its close. */
export class UwsSocket implements Socket {
  #raw: WebSocket<UserData> | undefined;

  constructor(raw: WebSocket<UserData>) {
    this.#raw = raw;
  }

  get open(): boolean {
    return this.#raw !== undefined;
  }

  get unsent(): number {
    return this.#raw?.getBufferedAmount() ?? 0;
  }

  send(frame: Frame): boolean {
    return this.#raw === undefined || this.#raw.send(frame, typeof frame !== "string") !== DROPPED;
  }

  ping(): void {
    this.#raw?.ping();
  }

  subscribe(topic: string): void {
    this.#raw?.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.#raw?.unsubscribe(topic);
  }

  isSubscribed(topic: string): boolean {
    return this.#raw?.isSubscribed(topic) ?? false;
  }

  end(code: number, reason: string): void {
    // uWebSockets.js may call `close` from within `end`
    this.#raw?.end(code, reason);
  }

  terminate(): void {
    this.#raw?.close();
  }

  /** The raw socket is gone; called by the transport, once. */
  detach(): void {
    this.#raw = undefined;
  }
}
