/** Bytes that may wait, what a frame costs beside its own included. */
const MOST_BYTES = 16_777_216;
const FRAME_OVERHEAD = 256;

interface HeldFrame {
  readonly bytes: ArrayBuffer;
  readonly binary: boolean;
}

/**
 * What a connection's client said before it is known whose connection it is. Frames wait as they came: inflated and
 * decoded, a few kilobytes of them can be gigabytes.
 */
export class HeldMessages {
  /** What followed in the frame that began the wait: decoded, as that was. */
  readonly messages: unknown[] = [];
  readonly frames: HeldFrame[] = [];
  #bytes = 0;

  /** Keeps a copy of a frame. Returns false where there is no room for it. */
  add(bytes: ArrayBuffer, binary: boolean): boolean {
    this.#bytes += bytes.byteLength + FRAME_OVERHEAD;
    if (this.#bytes > MOST_BYTES) return false;
    // the bytes are the transport's, and valid only now
    this.frames.push({ bytes: bytes.slice(0), binary });
    return true;
  }
}
