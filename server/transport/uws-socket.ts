import type { WebSocket } from "uWebSockets.js";
import type { Frame } from "../../shared/message.ts";
import type { Socket, SocketOwner, UpgradeRequest } from "./transport.ts";

/** What hangs on a uWebSockets.js socket. Its fields are copied onto the native object, hence one field only. */
export interface UserData {
  socket: UwsSocket;
}

/** What a client asked for, and got. */
interface Upgrade {
  readonly request: UpgradeRequest;
  readonly subprotocol: string;
}

/** uWebSockets.js's verdict on a send. */
const DROPPED = 2;

/**
 * The wrapper that makes a raw socket safe to touch after its close. It is born with the upgrade; the raw socket and its owner
 * come when it opens.
 */
export class UwsSocket implements Socket {
  /** Told of what comes, while it is open. */
  owner: SocketOwner | undefined;
  /** The close code, once it is closed. */
  closedWith: number | undefined;
  #raw: WebSocket<UserData> | undefined;
  #upgrade: Upgrade | undefined;

  constructor(request: UpgradeRequest, subprotocol: string) {
    this.#upgrade = { request, subprotocol };
  }

  /** @returns what its client asked for, which is not kept; undefined where it has begun already */
  begin(raw: WebSocket<UserData>): Upgrade | undefined {
    const upgrade = this.#upgrade;
    this.#raw = raw;
    this.#upgrade = undefined; // a connection need not keep its headers
    return upgrade;
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
  bury(code: number): void {
    this.closedWith = code;
    this.#raw = undefined;
    this.owner?.closed(code);
    this.owner = undefined;
  }
}
