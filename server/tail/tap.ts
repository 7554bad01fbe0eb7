import { isBatch } from "../../shared/codec.ts";
import type { Frame } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { DEFLATED } from "../../shared/msgpack-frames.ts";
import { zlibDeflate } from "../connection/zlib-deflate.ts";
import { type Direction, messageLine, noteLine, rawLine, unreadLine } from "./tail-line.ts";
import type { TailWriter } from "./tail-writer.ts";

/** Bytes or characters of a frame that is taken apart to be looked at. */
const MOST = 262_144;
/** A message in MessagePack begins with the head of its array, and its kind. */
const ARRAY_OF_NONE = 0x90;
const MOST_KINDS = 0x7f;

/** What is between a connection and those who look on: it reads what comes and goes, and tells each of them. */
export class Tap {
  readonly #pack: Pack;
  readonly #isRaw: boolean;
  readonly #tails = new Set<TailWriter>();

  /** @param isRaw whether it does not speak the protocol */
  constructor(pack: Pack, isRaw: boolean) {
    this.#pack = pack;
    this.#isRaw = isRaw;
  }

  get empty(): boolean {
    return this.#tails.size === 0;
  }

  add(tail: TailWriter): void {
    this.#tails.add(tail);
  }

  delete(tail: TailWriter): void {
    this.#tails.delete(tail);
  }

  /** What a raw connection says, or is told. */
  raw(direction: Direction, bytes: number, binary: boolean): void {
    this.#tell(rawLine(direction, bytes, binary));
  }

  /** A frame came. @param decoded a message, a batch, or nonsense */
  received(decoded: unknown, bytes: number, binary: boolean): void {
    this.#all("in", decoded, bytes, binary);
  }

  /** Something is sent that is encoded already: a message, or a frame of one or several. */
  sent(encoded: Frame): void {
    const bytes = typeof encoded === "string" ? Buffer.byteLength(encoded) : encoded.length;
    if (this.#isRaw) {
      this.raw("out", bytes, typeof encoded !== "string");
      return;
    }
    let decoded: unknown;
    try {
      if (bytes > MOST) throw new RangeError("It is too large to be looked at.");
      decoded = this.#decoded(encoded);
    } catch {
      this.#tell(unreadLine("out", kindOf(encoded), bytes));
      return;
    }
    this.#all("out", decoded, bytes, typeof encoded !== "string");
  }

  /** The connection is gone. */
  closed(code: number): void {
    for (const tail of [...this.#tails]) tail.end(noteLine("closed", { code }));
  }

  #all(direction: Direction, decoded: unknown, bytes: number, binary: boolean): void {
    if (!isBatch(decoded)) {
      this.#tell(messageLine(direction, decoded, bytes));
      return;
    }
    for (const message of decoded) {
      this.#tell(messageLine(direction, message, bytes > MOST ? undefined : this.#sizeOf(message, binary)));
    }
  }

  #decoded(encoded: Frame): unknown {
    if (typeof encoded === "string") return JSON.parse(encoded);
    const deflated = encoded[0] === DEFLATED;
    return this.#pack.unpack(deflated ? zlibDeflate.inflate(encoded.subarray(1), MOST) : encoded);
  }

  /** What a message of a batch takes by itself. */
  #sizeOf(message: unknown, binary: boolean): number | undefined {
    try {
      return binary ? this.#pack.pack(message).length : Buffer.byteLength(JSON.stringify(message));
    } catch {
      return undefined; // what decodes need not encode
    }
  }

  #tell(line: string): void {
    for (const tail of this.#tails) tail.message(line);
  }
}

function kindOf(encoded: Frame): number | undefined {
  if (typeof encoded === "string") return Number(/^\[(\d+),/.exec(encoded.slice(0, 8))?.[1] ?? Number.NaN);
  const [head = 0, kind = 0] = encoded;
  return head > ARRAY_OF_NONE && head <= ARRAY_OF_NONE + 5 && kind <= MOST_KINDS ? kind : undefined;
}
