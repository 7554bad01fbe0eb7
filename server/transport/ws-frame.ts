import type { Frame } from "../../shared/message.ts";

/** First bytes of a whole message: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
const TEXT = 0x81;
const BINARY = 0x82;
/** Lengths up to this one stand in the second byte. */
const SHORT = 125;
const TWO_BYTES = 126;
const EIGHT_BYTES = 127;
const MOST_IN_TWO = 65_535;
/** What all but the lowest 32 bits of a length count. */
const HIGH = 2 ** 32;

/** A message as a server sends it, unmasked, in bytes of its own: what it is given may only be lent. */
export function encodeFrame(frame: Frame): Buffer {
  const isText = typeof frame === "string";
  const length = isText ? Buffer.byteLength(frame) : frame.byteLength;
  const head = length <= SHORT ? 2 : length <= MOST_IN_TWO ? 4 : 10;
  const bytes = Buffer.allocUnsafe(head + length);
  bytes[0] = isText ? TEXT : BINARY;
  if (head === 2) bytes[1] = length;
  else if (head === 4) {
    bytes[1] = TWO_BYTES;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = EIGHT_BYTES;
    bytes.writeUInt32BE(Math.floor(length / HIGH), 2);
    bytes.writeUInt32BE(length % HIGH, 6);
  }
  if (isText) bytes.write(frame, head);
  else bytes.set(frame, head);
  return bytes;
}
