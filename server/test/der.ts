/** The few types of ASN.1 that a certificate is made of, written in DER. */

const OID = 0x06;

function typed(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => typed(0x30, ...parts);
export const setOf = (...parts: readonly Uint8Array[]): Buffer => typed(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]): Buffer => typed(0x04, ...parts);
export const bits = (bytes: Uint8Array): Buffer => typed(0x03, Buffer.of(0), bytes);
export const text = (value: string): Buffer => typed(0x0c, Buffer.from(value));
export const yes = (): Buffer => typed(0x01, Buffer.of(0xff));
/** A whole number below 128. */
export const small = (value: number): Buffer => typed(0x02, Buffer.of(value));
/** A positive whole number of many bytes, the highest first: what begins with a 1 as well as what does not. */
export const large = (bytes: Uint8Array): Buffer => typed(0x02, Buffer.of(1), bytes);
/** By the number of the choice: `[0]`, `[2]`. */
export const tagged = (number: number, ...parts: readonly Uint8Array[]): Buffer => typed(0xa0 | number, ...parts);
export const taggedBytes = (number: number, bytes: Uint8Array): Buffer => typed(0x80 | number, bytes);
export const time = (date: Date): Buffer =>
  typed(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));

/** An identifier in its bytes, as the standards print them too. */
export const identifier = (hex: string): Buffer => typed(OID, Buffer.from(hex, "hex"));
