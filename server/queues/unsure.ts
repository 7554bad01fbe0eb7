/** How much may be on its way of what may be lost, and its bytes. */
const MOST = 1_000;
const MOST_BYTES = 16_777_216;

/** Counts what is on its way to a broker and may be lost: where it is too much, no more is to be sent. */
export class Unsure {
  #count = 0;
  #bytes = 0;

  get isFull(): boolean {
    return this.#count >= MOST || this.#bytes >= MOST_BYTES;
  }

  /** @param arrived settles when the broker has it, or it is lost */
  sent(bytes: number, arrived: Promise<unknown>): void {
    this.#count++;
    this.#bytes += bytes;
    const over = (): void => {
      this.#count--;
      this.#bytes -= bytes;
    };
    arrived.then(over, over);
  }
}
