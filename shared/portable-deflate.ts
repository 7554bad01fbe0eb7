import { deflateRaw, Inflate } from "pako";
import { DecodeError } from "./budget.ts";
import { concatenate } from "./concatenate.ts";
import { type Deflate, inflatedTooBig } from "./deflate.ts";

/** The portable implementation: pako, in JavaScript. The server uses node:zlib instead, which is several times faster. */
export const portableDeflate: Deflate = {
  deflate: (bytes) => deflateRaw(bytes),
  inflate: inflateWithPako,
};

function inflateWithPako(bytes: Uint8Array, maxLength: number): Uint8Array {
  const inflator = new Inflate({ raw: true, chunkSize: Math.min(65_536, maxLength + 1) });
  const chunks: Uint8Array[] = [];
  let length = 0;
  // pako hands out each chunk as it is full: the moment to stop a bomb
  inflator.onData = (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > maxLength) throw inflatedTooBig(maxLength);
    chunks.push(chunk);
  };
  try {
    inflator.push(bytes, true);
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError("The deflated message is broken.", "content", { cause: error });
  }
  if (inflator.err !== 0 || !inflator.ended) throw new DecodeError("The deflated message is broken.");
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : concatenate(chunks);
}
