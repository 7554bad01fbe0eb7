import type { Codec } from "../../shared/codec.ts";
import type { Frame, Kind } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";

/** A value that is MessagePack already, on its way through: sent to a client as it is, and decoded only where it has to be. */
export class Encoded {
  /** Nothing where the value is undefined. */
  readonly bytes: Uint8Array;
  /** The same as JSON, where that was made from what the bytes were made from: these may have lost something of it. */
  readonly text: string | undefined;

  constructor(bytes: Uint8Array, text?: string) {
    this.bytes = bytes;
    this.text = text;
  }
}

/**
 * A message whose last element is encoded already.
 * @param binary whether it has to be MessagePack; JSON otherwise
 * @throws EncodeError where it is none for JSON
 */
export function encodedPiece(
  kind: typeof Kind.RESULT | typeof Kind.CHUNK,
  id: number,
  { bytes, text }: Encoded,
  binary: boolean,
  { pack, json }: { readonly pack: Pack; readonly json: Codec<string> },
): Frame {
  if (binary) return pack.packAround([kind, id], bytes);
  return text === undefined ? json.encode([kind, id, pack.unpack(bytes)]) : `[${kind},${id},${text}]`;
}
