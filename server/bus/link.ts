import type { Duplex } from "node:stream";
import { BusFrame, busFrameSize, neededBytes, writeBusFrame } from "./bus-frame.ts";
import type { BusType } from "./bus-type.ts";
import { OutQueue } from "./out-queue.ts";

export interface LinkHooks {
  /** One frame came. It is valid only during the call. */
  frame(frame: BusFrame): void;
  /** A write has gone out: `unsent` is lower than it was. */
  drained?(): void;
  /** The other side is gone; the last call of all. */
  closed(error?: Error): void;
}

const SMALLEST_REST = 4096;

/** One end of the bus between two processes. Both ends are alike. */
export class Link {
  /** Bytes of the largest frame that is taken. */
  largestFrame: number;
  /** Who listens to it; others may from the next frame on, as once it is known who the other side is. */
  hooks: LinkHooks;
  readonly #socket: Duplex;
  readonly #out: OutQueue;
  readonly #frame = new BusFrame();
  /** A frame's first bytes, where its rest is still to come. */
  #rest: Buffer | undefined;
  #restLength = 0;
  #error: Error | undefined;

  #closed = false;
  #ending = false;

  /** @param largestFrame bytes of the largest frame that is taken; a larger one ends the link */
  constructor(socket: Duplex, hooks: LinkHooks, largestFrame = Number.POSITIVE_INFINITY) {
    this.#socket = socket;
    this.hooks = hooks;
    this.largestFrame = largestFrame;
    this.#out = new OutQueue(socket, () => {
      if (this.#ending && this.#out.unsent === 0) this.close();
      else this.hooks.drained?.();
    });
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => {
      this.#closed = true;
      this.hooks.closed(this.#error);
    });
  }

  /** Bytes that the other side has yet to take. */
  get unsent(): number {
    return this.#out.unsent;
  }

  /**
   * Sends a frame, at the end of the turn; nothing where the link is closed.
   * @param head goes in front of the data, so that nobody has to put the two together first
   */
  send(type: BusType, reference: number, channel = "", data?: Uint8Array, head?: Uint8Array): void {
    const out = this.#out;
    if (this.#closed || out.deaf) return;
    const channelBytes = Buffer.byteLength(channel);
    out.reserve(busFrameSize(channelBytes, (data?.length ?? 0) + (head?.length ?? 0)));
    out.commit(writeBusFrame(out.buffer, out.at, type, reference, channel, channelBytes, data, head));
  }

  /** Calls back once all that was said is the kernel's, and so arrives though this process may die; never where the link breaks before. */
  whenSent(sent: () => void): void {
    if (!this.#closed) this.#out.whenSent(sent);
  }

  /** Has all that was said leave now, and not at the end of the turn. */
  flush(): void {
    if (!this.#closed) this.#out.flush();
  }

  /** Sends on what another link received, as bytes. */
  forward(frame: BusFrame, type: BusType): void {
    const out = this.#out;
    if (this.#closed || out.deaf) return;
    out.reserve(frame.size);
    out.commit(frame.copyAs(type, out.buffer, out.at));
  }

  /** Stops reading: the kernel's buffer fills up, and then the other side's queue. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Hangs up once everything that was said has been sent. */
  end(): void {
    this.#ending = true;
    if (this.#out.unsent === 0) this.close();
  }

  /** Hangs up: no frame is handed out any more, and what is not sent yet is lost. */
  close(error?: Error): void {
    this.#closed = true;
    this.#socket.destroy(error);
  }

  #receive(chunk: Buffer): void {
    const buffer = this.#rest === undefined ? chunk : this.#extended(this.#rest, chunk);
    const length = this.#rest === undefined ? chunk.length : this.#restLength + chunk.length;
    const at = this.#read(buffer, length);
    if (at === length) this.#rest = undefined;
    else if ((neededBytes(buffer, at, length) ?? 0) > this.largestFrame)
      this.close(new Error("Too large a bus frame."));
    else if (at === 0 && buffer !== chunk) this.#keep(buffer, length);
    else this.#keepCopy(buffer, at, length);
  }

  /** Reads whole frames from the head of `buffer`. @returns where the first one that is not whole begins. */
  #read(buffer: Buffer, length: number): number {
    let at = 0;
    while (!this.#closed) {
      const end = this.#frame.move(buffer, at, length);
      if (end === -1) return at;
      // whatever is so wrong with what came: the process that reads it lives on
      if (this.#frame.valid) this.hooks.frame(this.#frame);
      else this.close(new Error("What came over the bus is no frame."));
      at = end;
    }
    return length;
  }

  #keep(rest: Buffer, length: number): void {
    this.#rest = rest;
    this.#restLength = length;
  }

  /** Keeps an incomplete frame until its rest comes, in a buffer that has room for the whole. */
  #keepCopy(buffer: Buffer, at: number, length: number): void {
    const rest = Buffer.allocUnsafe(Math.max(neededBytes(buffer, at, length) ?? 0, length - at, SMALLEST_REST));
    buffer.copy(rest, 0, at, length);
    this.#keep(rest, length - at);
  }

  /** The kept bytes with a chunk behind them: in place where there is room. */
  #extended(rest: Buffer, chunk: Buffer): Buffer {
    const length = this.#restLength + chunk.length;
    const room = rest.length >= length ? rest : Buffer.allocUnsafe(Math.max(length, rest.length * 2));
    if (room !== rest) rest.copy(room, 0, 0, this.#restLength);
    chunk.copy(room, this.#restLength);
    return room;
  }
}
