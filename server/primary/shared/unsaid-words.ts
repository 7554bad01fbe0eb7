import type { QueuedHeard } from "../queued/queued-calls.ts";

/** What Redis has to hear of a job: that the queue has it, or has it not, or that its client has the answer. */
export type Word = "queued" | "refused" | "delivered";

/** A word, and who waits for it to be said. */
export interface Unsaid {
  readonly word: Word;
  readonly said: QueuedHeard | undefined;
}

/** Words that are kept, at most. */
const MOST = 100_000;

/** Those with a larger one make the others needless. */
const RANKS: Readonly<Record<Word, number>> = { queued: 0, refused: 1, delivered: 2 };

/** What Redis could not be told about jobs: until it can. */
export class UnsaidWords {
  readonly #sessions = new Map<string, Map<string, Unsaid>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Sessions that there are some of. */
  sessions(): Iterator<string> {
    return this.#sessions.keys();
  }

  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /**
   * Where too many are, it is lost: then an answer comes once more, or a call is known too long.
   * @returns whether it will be said; whoever waits for one that is needless by now need not
   */
  keep(session: string, job: string, unsaid: Unsaid): boolean {
    const words = this.#sessions.get(session);
    const before = words?.get(job);
    if (before !== undefined) {
      if (RANKS[unsaid.word] <= RANKS[before.word]) return false;
      words?.set(job, unsaid);
      before.said?.(undefined);
      return true;
    }
    if (this.#size >= MOST) return false;
    if (words === undefined) this.#sessions.set(session, new Map([[job, unsaid]]));
    else words.set(job, unsaid);
    this.#size++;
    return true;
  }

  /** Those of a session, which are here no more. */
  take(session: string): Iterable<[job: string, unsaid: Unsaid]> {
    const words = this.#sessions.get(session);
    if (words === undefined) return [];
    this.#sessions.delete(session);
    this.#size -= words.size;
    return words;
  }
}
