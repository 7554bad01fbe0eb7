import { concatenate } from "../../shared/concatenate.ts";
import { toJson } from "../../shared/json-codec.ts";
import { type EventInfo, Kind } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";

export interface EventFramesOptions {
  readonly pack: Pack;
  /** Frames of at least this many bytes are deflated, where that makes them smaller. */
  readonly deflateThreshold: number;
  /**
   * Deflates bytes to whole blocks of a raw DEFLATE stream that goes on: byte-aligned, without the final block. Where that is
   * not worth it, it may give back the very bytes: around these there is no smaller frame, so that none is made of them.
   */
  deflateBlocks(bytes: Uint8Array): Uint8Array;
}

/** MessagePack heads of an EVENT: an array of three, or of four where something is to be said of the publication. */
const BARE_HEAD = Uint8Array.of(0x93, Kind.EVENT);
const INFORMED_HEAD = Uint8Array.of(0x94, Kind.EVENT);
const NOTHING = new Uint8Array();
const DEFLATED = Uint8Array.of(0xc1);

/**
 * The frames of one publication, around its data's bytes as they came. There is one frame per kind of subscriber, and
 * one more for each pattern that fits; what is dear (unpacking, JSON, deflating) is done at the first need, for all.
 */
export class EventFrames {
  readonly #options: EventFramesOptions;
  readonly #channel: string;
  readonly #data: Uint8Array;
  readonly #offset: number | undefined;
  #packedChannel: Uint8Array | undefined;
  #blocks: Uint8Array | undefined;
  #text: string | undefined;

  /** @param offset where the publication is kept */
  constructor(options: EventFramesOptions, channel: string, data: Uint8Array, offset: number | undefined) {
    this.#options = options;
    this.#channel = channel;
    this.#data = data;
    this.#offset = offset;
  }

  /** @param pattern the pattern through which its subscribers get it */
  binary(pattern: string | undefined): Uint8Array {
    const [head, tail] = this.#around(pattern);
    const plainLength = head.length + this.#data.length + tail.length;
    if (plainLength >= this.#options.deflateThreshold) {
      const deflated = this.#deflated(head, tail);
      if (deflated.length < plainLength) return deflated;
    }
    return concatenate([head, this.#data, tail]);
  }

  /** The message as it is, for a frame with others. */
  piece(): Uint8Array {
    const [head, tail] = this.#around(undefined);
    return concatenate([head, this.#data, tail]);
  }

  text(pattern: string | undefined): string {
    const info = this.#info(pattern);
    this.#text ??= `[${Kind.EVENT},${toJson(this.#channel)},${toJson(this.#options.pack.unpack(this.#data))}`;
    return info === undefined ? `${this.#text}]` : `${this.#text},${toJson(info)}]`;
  }

  #info(pattern: string | undefined): EventInfo | undefined {
    const offset = this.#offset;
    if (offset === undefined) return pattern === undefined ? undefined : { pattern };
    return pattern === undefined ? { offset } : { offset, pattern };
  }

  /** What stands before the data, and behind. */
  #around(pattern: string | undefined): [head: Uint8Array, tail: Uint8Array] {
    const { pack } = this.#options;
    const info = this.#info(pattern);
    this.#packedChannel ??= pack.pack(this.#channel);
    const head = concatenate([info === undefined ? BARE_HEAD : INFORMED_HEAD, this.#packedChannel]);
    return [head, info === undefined ? NOTHING : pack.pack(info)];
  }

  /** Only the data is deflated; what differs from frame to frame stands before and behind it in blocks of their own. */
  #deflated(head: Uint8Array, tail: Uint8Array): Uint8Array {
    this.#blocks ??= this.#options.deflateBlocks(this.#data);
    return concatenate([DEFLATED, storedBlock(head, false), this.#blocks, storedBlock(tail, true)]);
  }
}

/** A block of raw DEFLATE that holds its bytes as they are. https://www.rfc-editor.org/rfc/rfc1951#page-11 */
function storedBlock(bytes: Uint8Array, final: boolean): Uint8Array {
  const { length } = bytes;
  return concatenate([Uint8Array.of(final ? 1 : 0, length, length >> 8, ~length, ~length >> 8), bytes]);
}
