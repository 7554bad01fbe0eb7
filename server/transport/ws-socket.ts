import type { Socket as NetSocket } from "node:net";
import { WebSocket } from "ws";
import type { Frame } from "../../shared/message.ts";
import type { Subscriber, Topics } from "./topics.ts";
import type { Socket, SocketOwner } from "./transport.ts";
import { encodeFrame } from "./ws-frame.ts";

const NO_TOPICS: ReadonlySet<string> = new Set();

/** Publications of a turn go out together, but so many bytes do not wait: they would count as what is not read. */
const MOST_CORKED = 65_536;

export interface WsSocketOptions {
  readonly topics: Topics<Buffer>;
  readonly sendBudget: number;
  /** Has one flushed at the end of the turn. */
  flushLater(socket: WsSocket): void;
}

/** Hung up on: https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5 */
const ABNORMAL = 1006;
/** Nobody said why; as little as the other is it ever sent. */
const NO_CODE = 1005;

/** A socket of `ws` that emits `goodbye`, with the code, as soon as either side says so; its `close` comes much later. */
export class TellingSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    const isFirst = this.readyState === WebSocket.OPEN;
    super.close(code, reason);
    if (isFirst) this.emit("goodbye", code ?? NO_CODE);
  }
}

/**
 * The wrapper around a socket of `ws`: a no-op after its end, whichever side that comes from, and a member of topics until
 * then. What it sends it writes by itself: a message in one piece, and a publication in the same bytes as to all others.
 */
export class WsSocket implements Socket, Subscriber<Buffer> {
  readonly #raw: TellingSocket;
  readonly #stream: NetSocket;
  readonly #options: WsSocketOptions;
  #owner: SocketOwner | undefined;
  #subscribed: Set<string> | undefined;
  /** Whether publications wait for others of this turn. */
  #corked = false;
  /** The close code, once it is over. */
  #closedWith: number | undefined;

  /** @param stream what `raw` was made of, and nobody else writes to; without extensions `ws` keeps nothing back itself */
  constructor(raw: TellingSocket, stream: NetSocket, options: WsSocketOptions) {
    this.#raw = raw;
    this.#stream = stream;
    this.#options = options;
    // what breaks a connection closes it as well, and that is told
    raw.on("error", () => undefined);
    raw.on("goodbye", (code: number) => this.#over(code));
    raw.on("close", (code) => this.#over(code));
  }

  get open(): boolean {
    return this.#closedWith === undefined && this.#raw.readyState === WebSocket.OPEN;
  }

  get unsent(): number {
    return this.#closedWith === undefined ? this.#stream.writableLength : 0;
  }

  send(frame: Frame): boolean {
    if (!this.open) return true;
    if (this.unsent > this.#options.sendBudget) return false;
    this.#write(encodeFrame(frame));
    return true;
  }

  /** Sends a publication. One that does not fit is told of later: its owner closes, and others are still to be sent to. */
  sendPublication(bytes: Buffer): void {
    if (!this.open) return;
    if (this.unsent > this.#options.sendBudget) {
      setImmediate(() => this.#owner?.dropped());
      return;
    }
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      this.#options.flushLater(this);
    }
    this.#write(bytes);
  }

  /** Sends the publications of a turn. */
  flush(): void {
    this.#corked = false;
    this.#stream.uncork();
  }

  ping(): void {
    if (this.open) this.#raw.ping();
  }

  subscribe(topic: string): void {
    if (!this.open) return;
    this.#subscribed ??= new Set();
    this.#subscribed.add(topic);
    this.#options.topics.add(topic, this);
  }

  unsubscribe(topic: string): void {
    this.#subscribed?.delete(topic);
    this.#options.topics.delete(topic, this);
  }

  isSubscribed(topic: string): boolean {
    return this.#subscribed?.has(topic) ?? false;
  }

  end(code: number, reason: string): void {
    if (!this.open) return;
    this.#raw.close(code, reason);
  }

  terminate(): void {
    if (this.#closedWith !== undefined) return;
    this.#raw.terminate();
    this.#over(ABNORMAL);
  }

  /** Hangs up, on one that has been said goodbye to as soon as that has gone out. */
  leave(): void {
    if (this.#closedWith === undefined) this.terminate();
    else this.#stream.destroySoon();
  }

  /** Its owner is told of all that comes from now on. */
  attach(owner: SocketOwner): void {
    // it may be over already
    if (this.#closedWith !== undefined) {
      owner.closed(this.#closedWith);
      return;
    }
    this.#owner = owner;
    this.#raw.on("message", (data: Buffer, binary) => this.#owner?.message(copyOf(data), binary));
    this.#raw.on("ping", (data) => {
      // who reads no pongs gets no more of them
      if (this.open && this.unsent <= this.#options.sendBudget) this.#raw.pong(data);
      this.#owner?.alive();
    });
    this.#raw.on("pong", () => this.#owner?.alive());
  }

  #over(code: number): void {
    if (this.#closedWith !== undefined) return;
    this.#closedWith = code;
    for (const topic of this.#subscribed ?? NO_TOPICS) this.#options.topics.delete(topic, this);
    this.#subscribed = undefined;
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.closed(code);
  }

  #write(bytes: Buffer): void {
    this.#stream.write(bytes, this.#written);
    if (!this.#corked || this.unsent < MOST_CORKED) return;
    this.#stream.uncork();
    this.#stream.cork();
  }

  /** Called whether or not it had to wait: a stream's `drain` event tells only of more than its high-water mark. */
  readonly #written = (): void => this.#owner?.drained();
}

/** A message of its own: what `ws` gives may be a part of a larger buffer. */
function copyOf({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
