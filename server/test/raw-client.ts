import type { Socket } from "node:net";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { Packr, Unpackr } from "msgpackr";
import { LIMIT_MS } from "./patience.ts";
import { encodeFrame, FrameReader, Opcode, type RawFrame, type ReceivedFrame } from "./raw-frames.ts";
import { type HandshakeOptions, handshake } from "./raw-handshake.ts";

const DEFLATED = 0xc1;

export type Format = "json" | "msgpack";
export const FORMATS: readonly Format[] = ["json", "msgpack"];

/** A message, as it stands on the wire. */
export type RawMessage = readonly [kind: number, ...rest: unknown[]];

export interface RawClientOptions extends HandshakeOptions {
  /** What is offered, and what `send` writes. @default "json" */
  readonly format?: Format;
  /** Whether protocol pings get their pongs. @default true */
  readonly answersPings?: boolean;
}

/** How a connection ended; 1006 where no close frame came. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/**
 * A client of the wire protocol that shares no line with the project's own: a TCP socket, frames made by hand, and
 * msgpackr and node:zlib as they come.
 */
export class RawClient {
  readonly format: Format;
  /** Every frame that came, control frames included. */
  readonly frames: ReceivedFrame[] = [];
  /** Subprotocol the server chose. */
  readonly subprotocol: string | undefined;
  readonly closed: Promise<Closing>;
  readonly socket: Socket;
  readonly #reader = new FrameReader();
  readonly #packr = new Packr({ useRecords: false });
  readonly #unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });
  readonly #answersPings: boolean;
  readonly #inbox: unknown[] = [];
  #wake: (() => void) | undefined;
  #closing: Closing | undefined;
  #probes = 0;

  private constructor(socket: Socket, subprotocol: string | undefined, options: RawClientOptions) {
    this.socket = socket;
    this.subprotocol = subprotocol;
    this.format = options.format ?? "json";
    this.#answersPings = options.answersPings ?? true;
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#closing ??= { code: 1006, reason: "" };
        resolve(this.#closing);
        this.#wake?.();
      });
    });
  }

  /** Connects; throws where the server does not upgrade. */
  static async connect(options: RawClientOptions): Promise<RawClient> {
    const offers = options.offers ?? [`fugitive.v1.${options.format ?? "json"}`];
    const { status, headers, rest, socket, accepted } = await handshake({ ...options, offers });
    if (status !== 101 || !accepted) {
      socket.destroy();
      throw new Error(`The server answered ${status}: ${rest}`);
    }
    const client = new RawClient(socket, headers.get("sec-websocket-protocol"), options);
    client.#receive(rest);
    socket.on("data", (chunk) => client.#receive(chunk));
    socket.on("end", () => socket.end());
    socket.resume();
    return client;
  }

  /** Writes bytes as they are. */
  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  frame(...frames: RawFrame[]): void {
    this.write(Buffer.concat(frames.map(encodeFrame)));
  }

  text(text: string): void {
    this.frame({ opcode: Opcode.TEXT, payload: text });
  }

  binary(bytes: Uint8Array): void {
    this.frame({ opcode: Opcode.BINARY, payload: bytes });
  }

  /** Sends anything, as one frame in this client's format: a message, a batch, or nonsense. */
  send(value: unknown): void {
    if (this.format === "json") this.text(JSON.stringify(value));
    else this.binary(this.pack(value));
  }

  /** Sends a message as `0xC1` and raw DEFLATE. */
  sendDeflated(value: unknown): void {
    this.binary(deflated(this.pack(value)));
  }

  pack(value: unknown): Buffer {
    return this.#packr.pack(value);
  }

  /** Sends a message and takes the next that comes. */
  async ask(message: RawMessage): Promise<unknown> {
    this.send(message);
    return this.next();
  }

  /** The next message, batches taken apart. Throws where none comes in time. */
  async next(limitMs = LIMIT_MS): Promise<unknown> {
    const end = performance.now() + limitMs;
    while (this.#inbox.length === 0) {
      if (this.#closing !== undefined) throw new Error(`Closed with ${this.#closing.code}, and nothing more came.`);
      await this.#news(end - performance.now());
    }
    return this.#inbox.shift();
  }

  /** The next messages, so many of them. */
  async take(count: number): Promise<unknown[]> {
    const messages: unknown[] = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /** Everything that came before the answer to a PING sent now: what had been asked for is answered by then. */
  async settled(): Promise<unknown[]> {
    const probe = `probe ${++this.#probes}`;
    this.send([14, probe]);
    const before: unknown[] = [];
    for (;;) {
      const message = await this.next();
      if (Array.isArray(message) && message[0] === 15 && message[1] === probe) return before;
      before.push(message);
    }
  }

  /** Waits until all that was sent has been read. What came meanwhile, answers to it perhaps, is still to be taken. */
  async reached(): Promise<void> {
    const before = await this.settled();
    this.#inbox.unshift(...before);
  }

  /** Frames that carried messages, decoded: a batch is an array of arrays. */
  get dataFrames(): unknown[] {
    return this.frames.filter(({ opcode }) => opcode < Opcode.CLOSE).map((frame) => this.decode(frame));
  }

  decode({ opcode, payload }: ReceivedFrame): unknown {
    if (opcode === Opcode.TEXT) return JSON.parse(payload.toString());
    return this.#unpackr.unpack(payload[0] === DEFLATED ? inflateRawSync(payload.subarray(1)) : payload);
  }

  /** Says goodbye, and resolves when the connection is gone. */
  async close(code = 1000): Promise<Closing> {
    this.frame({ opcode: Opcode.CLOSE, payload: Buffer.of(code >> 8, code & 0xff) });
    return this.closed;
  }

  /** Hangs up without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) {
      this.frames.push(frame);
      if (frame.masked || frame.reserved !== 0 || !frame.fin) throw new Error("The server sent no proper frame.");
      if (frame.opcode === Opcode.PING && this.#answersPings) {
        this.frame({ opcode: Opcode.PONG, payload: frame.payload });
      } else if (frame.opcode === Opcode.CLOSE) this.#goodbye(frame.payload);
      else if (frame.opcode < Opcode.CLOSE) this.#take(this.decode(frame));
    }
    this.#wake?.();
  }

  #take(decoded: unknown): void {
    const batch = Array.isArray(decoded) && Array.isArray(decoded[0]);
    this.#inbox.push(...(batch ? decoded : [decoded]));
  }

  #goodbye(payload: Buffer): void {
    this.#closing ??= {
      code: payload.length < 2 ? 1005 : payload.readUInt16BE(0),
      reason: payload.toString("utf8", 2),
    };
    if (this.socket.writable) this.frame({ opcode: Opcode.CLOSE, payload: payload.subarray(0, 2) });
    this.socket.end();
  }

  #news(limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wake = undefined;
        reject(new Error("No message came in time."));
      }, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

/** The deflate marker and raw DEFLATE. */
export function deflated(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(bytes)]);
}
