/** Bytes of frames whose messages may wait. */
const MOST_BYTES = 16_777_216;

/** Messages of a connection that wait until it is known whose they are. */
export class HeldMessages {
  readonly messages: unknown[] = [];
  #bytes = 0;

  /** Counts a frame of so many bytes. Returns whether that is too much. */
  isFull(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes > MOST_BYTES;
  }
}
