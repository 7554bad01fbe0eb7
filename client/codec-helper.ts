/** What a frame holds, or what decoding it threw: text and reason of a DecodeError, and its cause. */
export type Decoded =
  | readonly [value: unknown]
  | readonly [value: undefined, text: string, reason: "size" | "content", cause: unknown];

/** Does a codec's work where it does not hold up the page. Its promises never reject: nothing means that it could not. */
export interface CodecHelper {
  /** Decodes a frame, which it leaves as it is; undefined at once where that is better done here. */
  decode(frame: unknown): Promise<Decoded | undefined> | undefined;
  /** Makes a frame of encoded messages, deflated; undefined at once where that is better done here. */
  frame(pieces: readonly Uint8Array[]): Promise<Uint8Array | undefined> | undefined;
}

/** Where the parts of a client look for a helper. */
export interface HelperSlot {
  helper?: CodecHelper | undefined;
}
