/** What a frame costs beside its own bytes. */
const FRAME_OVERHEAD = 256;

export interface WaitingFrame {
  readonly bytes: Buffer;
  readonly binary: boolean;
}

/** What is left of a batch. */
export interface WaitingBatch {
  readonly messages: readonly unknown[];
  /** Index of the first that is still to be done. */
  readonly from: number;
}

/**
 * What a connection's client said and that has to wait. Frames wait as they came: inflated and decoded, a few kilobytes
 * of them can be gigabytes. In front of them waits the rest of a batch that was begun, decoded as that was.
 */
export class Backlog {
  /** Called when all is done that a client said who has gone since; and how long that has taken, in milliseconds. */
  done: (() => void) | undefined;
  leftoversMs = 0;
  #batch: WaitingBatch | undefined;
  #frames: WaitingFrame[] = [];
  /** Index of the first frame that waits. */
  #first = 0;
  #bytes = 0;

  /** What the frames take, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get empty(): boolean {
    return this.#batch === undefined && this.#first === this.#frames.length;
  }

  /**
   * Keeps a copy of a frame, as the transport's bytes are valid for a moment only.
   * @param most bytes that all frames may take
   * @returns false where there is no room for it
   */
  add(bytes: ArrayBuffer, binary: boolean, most: number): boolean {
    const size = bytes.byteLength + FRAME_OVERHEAD;
    if (this.#bytes + size > most) return false;
    this.#bytes += size;
    this.#frames.push({ bytes: Buffer.from(bytes.slice(0)), binary });
    return true;
  }

  /** Keeps the rest of a batch, in front of all frames. */
  putBack(batch: WaitingBatch): void {
    this.#batch = batch;
  }

  takeBatch(): WaitingBatch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch;
  }

  takeFrame(): WaitingFrame | undefined {
    const frame = this.#frames[this.#first];
    if (frame === undefined) return undefined;
    this.#bytes -= frame.bytes.length + FRAME_OVERHEAD;
    this.#first++;
    // those that are gone are let go of now and then: each time would cost what all together do
    if (this.#first * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#first);
      this.#first = 0;
    }
    return frame;
  }
}
