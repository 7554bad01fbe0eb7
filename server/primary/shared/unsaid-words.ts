/** What Redis has to hear of a job: that the queue has it, or has it not, or that its client has the answer. */
export type Word = "queued" | "refused" | "delivered";

/** Words that are kept, at most. */
const MOST = 100_000;

/** Those with a larger one make the others needless. */
const RANKS: Readonly<Record<Word, number>> = { queued: 0, refused: 1, delivered: 2 };

/** What Redis could not be told about jobs: until it can. */
export class UnsaidWords {
  readonly #sessions = new Map<string, Map<string, Word>>();
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

  /** Where too many are, it is lost: then an answer comes once more, or a call is known too long. */
  keep(session: string, job: string, word: Word): void {
    const words = this.#sessions.get(session);
    const before = words?.get(job);
    if (before !== undefined) {
      if (RANKS[word] > RANKS[before]) words?.set(job, word);
      return;
    }
    if (this.#size >= MOST) return;
    if (words === undefined) this.#sessions.set(session, new Map([[job, word]]));
    else words.set(job, word);
    this.#size++;
  }

  /** Those of a session, which are here no more. */
  take(session: string): Iterable<[job: string, word: Word]> {
    const words = this.#sessions.get(session);
    if (words === undefined) return [];
    this.#sessions.delete(session);
    this.#size -= words.size;
    return words;
  }
}
