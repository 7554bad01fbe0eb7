/**
 * Leaves out what comes more than once: Redis sends a publication for the channel, and for each pattern that fits, one right
 * after the other. No two have the same bytes: each has an offset, or a number, in front.
 */
export class OnceEach {
  #channel = "";
  #data: Buffer | undefined;

  /** @returns whether it is the one that was there a moment ago */
  isRepeated(channel: string, data: Buffer): boolean {
    if (this.#channel === channel && this.#data?.equals(data) === true) return true;
    this.#channel = channel;
    this.#data = data;
    return false;
  }
}
