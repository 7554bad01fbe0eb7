import type { Frame } from "../../shared/message.ts";
import type { Subscriber, Topics } from "./topics.ts";
import type { Socket, SocketOwner } from "./transport.ts";

/** The other end of a socket: whoever plays the client. */
export interface MemoryClient {
  /** A frame came. */
  message(frame: Frame): void;
  /** The last call of all; 1006 where nobody said goodbye. */
  closed(code: number, reason: string): void;
}

export interface MemorySocketHooks {
  /** It has something to pass on; told once until it has done so. */
  busy(socket: MemorySocket): void;
  gone(socket: MemorySocket): void;
}

interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** Hung up on: https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5 */
const ABNORMAL: Ending = { code: 1006, reason: "" };

/** A socket whose both ends are in this process. */
export class MemorySocket implements Socket, Subscriber {
  readonly #client: MemoryClient;
  readonly #topics: Topics;
  readonly #sendBudget: number;
  readonly #hooks: MemorySocketHooks;
  /** What it is subscribed to: there may be many of its kind. */
  readonly #subscribed = new Set<string>();
  #owner: SocketOwner | undefined;
  #toClient: Frame[] = [];
  #toOwner: Frame[] = [];
  #unsent = 0;
  #busy = false;
  #ending: Ending | undefined;
  #gone = false;

  constructor(client: MemoryClient, topics: Topics, sendBudget: number, hooks: MemorySocketHooks) {
    this.#client = client;
    this.#topics = topics;
    this.#sendBudget = sendBudget;
    this.#hooks = hooks;
  }

  get open(): boolean {
    return !this.#gone && this.#ending === undefined;
  }

  get unsent(): number {
    return this.#unsent;
  }

  send(frame: Frame): boolean {
    if (!this.open) return true;
    if (this.#unsent > this.#sendBudget) return false;
    // bytes are only lent, as by all who send
    this.#toClient.push(typeof frame === "string" ? frame : frame.slice());
    this.#unsent += frame.length;
    this.#soon();
    return true;
  }

  sendPublication(frame: Frame): void {
    if (!this.send(frame)) setImmediate(() => this.#owner?.dropped());
  }

  ping(): void {
    if (this.open) this.#owner?.alive();
  }

  subscribe(topic: string): void {
    if (!this.open) return;
    this.#subscribed.add(topic);
    this.#topics.add(topic, this);
  }

  unsubscribe(topic: string): void {
    this.#subscribed.delete(topic);
    this.#topics.delete(topic, this);
  }

  isSubscribed(topic: string): boolean {
    return this.#subscribed.has(topic);
  }

  end(code: number, reason: string): void {
    this.#end({ code, reason });
  }

  terminate(): void {
    if (this.#gone) return;
    this.#toClient.length = this.#toOwner.length = 0;
    this.#ending = ABNORMAL;
    this.#soon();
  }

  /** Its owner is told of all that comes from now on. */
  attach(owner: SocketOwner): void {
    this.#owner = owner;
  }

  /** The client says something. Nothing is heard any more once either side has said goodbye. */
  say(frame: Frame): void {
    if (!this.open) return;
    this.#toOwner.push(frame);
    this.#soon();
  }

  /** The client says goodbye, behind what it has said. */
  leave(code: number): void {
    this.#end({ code, reason: "" });
  }

  /** Passes on all that was said by now. */
  pass(): void {
    this.#busy = false;
    const { code, reason } = this.#ending ?? {};
    const [toOwner, toClient] = [this.#toOwner, this.#toClient];
    // what is said meanwhile is for the next turn
    this.#toOwner = [];
    this.#toClient = [];
    this.#unsent = 0;
    for (const frame of toOwner) this.#owner?.message(bytesOf(frame), typeof frame !== "string");
    for (const frame of toClient) this.#client.message(frame);
    if (code !== undefined) this.#close(code, reason ?? "");
    else if (toClient.length > 0) this.#owner?.drained();
  }

  #end(ending: Ending): void {
    if (!this.open) return;
    this.#ending = ending;
    this.#soon();
  }

  #close(code: number, reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const topic of this.#subscribed) this.#topics.delete(topic, this);
    this.#subscribed.clear();
    this.#hooks.gone(this);
    this.#owner?.closed(code);
    this.#owner = undefined;
    this.#client.closed(code, reason);
  }

  #soon(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#hooks.busy(this);
  }
}

/** Bytes of their own, as from a network. */
function bytesOf(frame: Frame): ArrayBuffer {
  const bytes = typeof frame === "string" ? new TextEncoder().encode(frame) : frame;
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
