import type { Frame, Message } from "./message.ts";

/**
 * Turns messages into frames and frames into whatever they hold. Encoding goes in two steps, so that what one turn
 * of the event loop has to say leaves as one frame: `encode` each message at once (its data may change afterwards),
 * then `frame` the pieces.
 */
export interface Codec<Piece extends Frame = Frame> {
  /** Whether frames are sent as WebSocket binary frames. */
  readonly binary: boolean;
  /**
   * Encodes one message.
   * @throws EncodeError where its data cannot be encoded
   */
  encode(message: Message): Piece;
  /** Makes one frame of one encoded message, or of several, in order; deflates it where that pays. */
  frame(pieces: readonly Piece[]): Piece;
  /**
   * Decodes a frame, within the codec's budget. The result is of unknown shape: a message, a batch, or nonsense.
   * @throws DecodeError and nothing else, whatever the bytes
   */
  decode(frame: Piece): unknown;
}

/** Whether a decoded frame is a batch: an array of messages, where a message is an array that begins with a number. */
export function isBatch(decoded: unknown): decoded is unknown[] {
  return Array.isArray(decoded) && Array.isArray(decoded[0]);
}
