import type { MessageId } from "./message.ts";

/**
 * What a PING echoes that asks how far the reader of a stream is: its PONG comes when the reader has taken so many
 * items of that call. A side that knows nothing of this answers at once, as any PING, and is never waited for.
 */
export type TakenEcho = readonly [tag: "taken", id: MessageId, count: number];

/** Whether an echo is about a stream; its id and count are unchecked. */
export function isTaken(echo: unknown): echo is readonly [tag: "taken", id: unknown, count: unknown] {
  return Array.isArray(echo) && echo[0] === "taken";
}

/** The sending end of a stream with a window: knows how many items are on their way to the reader. */
export class StreamWindow {
  readonly #size: number;
  readonly #step: number;
  #sent = 0;
  #taken = 0;

  /** @param size most items that may be on their way, from 1 */
  constructor(size: number) {
    this.#size = size;
    // asked at every half, so that the other half is on its way while the answer is
    this.#step = Math.ceil(size / 2);
  }

  /** Whether the reader has to take something before more may be sent. */
  get full(): boolean {
    return this.#sent - this.#taken >= this.#size;
  }

  /** An item is being sent. Returns the count to ask about, where a question is due. */
  sent(): number | undefined {
    return ++this.#sent % this.#step === 0 ? this.#sent : undefined;
  }

  /** The reader has taken so many. What was not asked about, or answered before, changes nothing and returns false. */
  taken(count: unknown): boolean {
    if (typeof count !== "number" || count % this.#step !== 0) return false;
    if (count > this.#sent || count <= this.#taken) return false;
    this.#taken = count;
    return true;
  }
}
