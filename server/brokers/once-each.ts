/**
 * Leaves out what comes more than once: Redis sends a publication for the channel, and for each pattern that fits, one right
 * after the other. It has no number; but of the same bytes in the same channel each subscription gets every publication.
 */
export class OnceEach {
  #channel = "";
  #data: Buffer | undefined;
  readonly #by = new Set<string>();

  /** @param by the subscription that it came by @returns whether it is one that was there already */
  isRepeated(channel: string, data: Buffer, by: string): boolean {
    const before = this.#data;
    if (before !== undefined && this.#channel === channel && !this.#by.has(by) && before.equals(data)) {
      this.#by.add(by);
      return true;
    }
    this.#by.clear();
    this.#by.add(by);
    this.#channel = channel;
    this.#data = data;
    return false;
  }

  /** From now on it may come by other subscriptions. */
  forget(): void {
    this.#data = undefined;
    this.#by.clear();
  }
}
