/** What Redis has to hear of a job: that the queue has it, or has it not, or that its client has the answer. */
export type Word = "queued" | "refused" | "delivered";

/** Words that are kept, at most. */
const MOST = 100_000;

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

  /** One that is here already came later. Where too many are, it is lost: then an answer comes once more, or a call is known too long. */
  keep(session: string, job: string, word: Word): void {
    if (this.#size >= MOST) return;
    const words = this.#sessions.get(session);
    if (words?.has(job) === true) return;
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
