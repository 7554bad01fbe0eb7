import type { Socket } from "node:net";
import { BusFrame, type BusType, busFrameSize, neededBytes, writeBusFrame } from "./bus-frame.ts";
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

/** One end of the bus between the primary and a socket worker. Both ends are alike. */
export class Link {
  readonly #socket: Socket;
  readonly #hooks: LinkHooks;
  readonly #out: OutQueue;
  readonly #frame = new BusFrame();
  /** A frame's first bytes, where its rest is still to come. */
  #rest: Buffer | undefined;
  #restLength = 0;
  #error: Error | undefined;

  constructor(socket: Socket, hooks: LinkHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
    this.#out = new OutQueue(socket, () => hooks.drained?.());
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => hooks.closed(this.#error));
  }

  /** Bytes that the other side has yet to take. */
  get unsent(): number {
    return this.#out.unsent;
  }

  send(type: BusType, reference: number, channel = "", data?: Uint8Array): void {
    const channelBytes = Buffer.byteLength(channel);
    const out = this.#out;
    out.reserve(busFrameSize(channelBytes, data?.length ?? 0));
    out.commit(writeBusFrame(out.buffer, out.at, type, reference, channel, channelBytes, data));
  }

  /** Sends on what another link received, as bytes. */
  forward(frame: BusFrame, type: BusType): void {
    const out = this.#out;
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

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const buffer = this.#rest === undefined ? chunk : this.#extended(this.#rest, chunk);
    const length = this.#rest === undefined ? chunk.length : this.#restLength + chunk.length;
    const at = this.#read(buffer, length);
    if (at === length) this.#rest = undefined;
    else if (at === 0 && buffer !== chunk) this.#keep(buffer, length);
    else this.#keepCopy(buffer, at, length);
  }

  /** Reads whole frames from the head of `buffer`. @returns where the first one that is not whole begins. */
  #read(buffer: Buffer, length: number): number {
    let at = 0;
    for (;;) {
      const end = this.#frame.move(buffer, at, length);
      if (end === -1) return at;
      this.#hooks.frame(this.#frame);
      at = end;
    }
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
