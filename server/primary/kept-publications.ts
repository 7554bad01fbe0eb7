/** What a kept publication costs beside its data, in bytes, roughly. */
const ITEM_BYTES = 64;
/** So many that are gone may stand in front of those that are there before they are moved up. */
const LEAST_GONE = 8;

/** The newest publications of one channel, without a hole: each one's offset follows from the last one's. */
export class KeptPublications {
  /** Offset of the newest publication there has been, whether it is still kept or not. */
  top: number;
  /** As text of one byte per character: as buffers they would be ten times the number of objects, and hold more than their own bytes. */
  #items: string[] = [];
  /** When each was published, by `performance.now()`. */
  #times: number[] = [];
  /** Index of the oldest one that is kept. */
  #start = 0;
  #bytes = 0;

  constructor(top: number) {
    this.top = top;
  }

  get size(): number {
    return this.#items.length - this.#start;
  }

  /** What they take, in bytes, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Offset of the oldest one that is kept; one beyond the newest where none is. */
  get first(): number {
    return this.top - this.size + 1;
  }

  /** When the oldest one was published; undefined where there is none. */
  get oldest(): number | undefined {
    return this.#times[this.#start];
  }

  /** @returns its offset */
  push(data: string, now: number): number {
    this.#items.push(data);
    this.#times.push(now);
    this.#bytes += ITEM_BYTES + data.length;
    return ++this.top;
  }

  /** Lets go of the oldest one. Not where there is none. */
  shift(): void {
    this.#bytes -= ITEM_BYTES + (this.#items[this.#start] as string).length;
    this.#items[this.#start++] = "";
    if (this.#start < LEAST_GONE || this.#start * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#start);
    this.#times = this.#times.slice(this.#start);
    this.#start = 0;
  }

  /** Lets go of all that were published at this time or earlier. */
  forgetUntil(time: number): void {
    while (this.size > 0 && (this.#times[this.#start] as number) <= time) this.shift();
  }

  /** Their data from one offset to before another; both within what is kept. */
  slice(from: number, to: number): string[] {
    const at = this.#start - this.first;
    return this.#items.slice(from + at, to + at);
  }

  /** Bytes of the data of one that is kept. */
  lengthOf(offset: number): number {
    return (this.#items[this.#start + offset - this.first] as string).length;
  }
}
