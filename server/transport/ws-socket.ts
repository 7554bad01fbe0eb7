import type { WebSocket } from "ws";
import type { Frame } from "../../shared/message.ts";
import type { Topics } from "./topics.ts";
import type { Socket, SocketOwner } from "./transport.ts";

/** The wrapper around a socket of `ws`: a no-op after its close, and a member of topics until then. */
export class WsSocket implements Socket {
  #raw: WebSocket | undefined;
  #owner: SocketOwner | undefined;
  readonly #sendBudget: number;
  readonly #topics: Topics;

  constructor(raw: WebSocket, topics: Topics, sendBudget: number) {
    this.#raw = raw;
    this.#topics = topics;
    this.#sendBudget = sendBudget;
  }

  get open(): boolean {
    return this.#raw !== undefined;
  }

  get unsent(): number {
    return this.#raw?.bufferedAmount ?? 0;
  }

  send(frame: Frame): boolean {
    const raw = this.#raw;
    if (raw === undefined) return true;
    if (raw.bufferedAmount > this.#sendBudget) return false;
    // told whether or not it had to wait: a socket's own `drain` event tells only of more than its high-water mark
    raw.send(frame, { binary: typeof frame !== "string" }, () => this.#owner?.drained());
    return true;
  }

  /** Sends a publication. One that does not fit is told of later: its owner closes, and others are still to be sent to. */
  sendPublication(frame: Frame): void {
    if (!this.send(frame)) setImmediate(() => this.#owner?.dropped());
  }

  ping(): void {
    this.#raw?.ping();
  }

  subscribe(topic: string): void {
    if (this.#raw !== undefined) this.#topics.add(topic, this);
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic, this);
  }

  isSubscribed(topic: string): boolean {
    return this.#topics.has(topic, this);
  }

  end(code: number, reason: string): void {
    this.#raw?.close(code, reason);
  }

  terminate(): void {
    this.#raw?.terminate();
  }

  /** Its owner is told of all that comes from now on. */
  attach(owner: SocketOwner): void {
    const raw = this.#raw;
    if (raw === undefined) return;
    this.#owner = owner;
    raw.on("message", (data: Buffer, binary) => owner.message(copyOf(data), binary));
    raw.on("ping", () => owner.alive());
    raw.on("pong", () => owner.alive());
    raw.on("close", (code) => {
      this.#raw = this.#owner = undefined;
      this.#topics.forget(this);
      owner.closed(code);
    });
  }
}

/** A message of its own: what `ws` gives may be a part of a larger buffer. */
function copyOf({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
