import type { Codec } from "../../shared/codec.ts";
import { concatenate } from "../../shared/deflate.ts";
import { toJson } from "../../shared/json-codec.ts";
import { type EventInfo, Kind } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";

/** MessagePack heads of an EVENT: an array of three, or of four where something is to be said of the publication. */
const BARE_HEAD = Uint8Array.of(0x93, Kind.EVENT);
const INFORMED_HEAD = Uint8Array.of(0x94, Kind.EVENT);

/** Makes the frames of one publication: once for all subscribers of a kind, around the data's bytes as they came. */
export class EventFrames {
  readonly #pack: Pack;
  readonly #msgpack: Codec<Uint8Array>;

  constructor(pack: Pack, msgpack: Codec<Uint8Array>) {
    this.#pack = pack;
    this.#msgpack = msgpack;
  }

  binary(channel: string, data: Uint8Array, info: EventInfo | undefined): Uint8Array {
    const parts = [info === undefined ? BARE_HEAD : INFORMED_HEAD, this.#pack.pack(channel), data];
    if (info !== undefined) parts.push(this.#pack.pack(info));
    let length = 0;
    for (const part of parts) length += part.length;
    return this.#msgpack.frame([concatenate(parts, length)]);
  }

  text(channel: string, data: Uint8Array, info: EventInfo | undefined): string {
    const rest = info === undefined ? "" : `,${toJson(info)}`;
    return `[${Kind.EVENT},${toJson(channel)},${toJson(this.#pack.unpack(data))}${rest}]`;
  }
}
