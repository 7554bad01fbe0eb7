import { List } from "../list.ts";
import { Claim, largestAnswer } from "../sessions/claim.ts";
import type { Answers } from "./answers.ts";
import { Expiry } from "./expiry.ts";
import { type Claimant, type Claimed, cost, type Entry, type Keys, ownList } from "./kept-entry.ts";
import { SizeRanks } from "./size-ranks.ts";

export interface KeptAnswersOptions {
  /** How long an answer is kept, in milliseconds. */
  readonly windowMs: number;
  /** Bytes that all of them may take. */
  readonly budget: number;
}

/** What a session costs beside its entries, in bytes, as measured. */
const SESSION_BYTES = 450;

/**
 * The answers to calls with a key, by session: a retry with the same key gets the first one's answer, and nothing runs
 * twice. A claim is here before the call runs, and so outlives the socket worker that runs it.
 *
 * Answers are kept for a window, and within a budget. Where that is used up, one of the sessions that take most of it
 * loses its oldest one: first large answers, of which it stays known that there was one, then keys. So whoever has few
 * loses nothing, whatever others do, be it from many sessions.
 */
export class KeptAnswers implements Answers {
  readonly #options: KeptAnswersOptions;
  readonly #sessions = new Map<string, Keys>();
  readonly #running = new Map<Claimant, Set<Entry>>();
  /** Those that are over, the oldest first. */
  readonly #over = new List<Entry>();
  /** Sessions, by what could be dropped of them. */
  readonly #ranks = new SizeRanks<Keys>();
  #size = 0;
  #bytes = 0;
  readonly #expiry: Expiry<Entry>;

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
    this.#expiry = new Expiry(
      this.#over,
      options.windowMs,
      ({ endedAt }) => endedAt,
      (entry) => this.#remove(entry),
    );
  }

  /** Answers, and calls that run, that are kept. */
  get size(): number {
    return this.#size;
  }

  /** What they take, in bytes, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Asks whether a call may run. Whoever is told RUN has to settle it. */
  claim(session: string, key: string, claimant: Claimant, claimed: Claimed): void {
    const entry = this.#sessions.get(session)?.entries.get(key);
    if (entry === undefined) {
      this.#run(this.#add(session, key), claimant);
      claimed(Claim.RUN, "");
    } else if (entry.claimant === undefined) claimed(entry.claim, entry.answer);
    else {
      entry.waiting ??= new Map();
      // one that asks twice has lost count: the first question must not wait for ever, nor may anything run for it
      entry.waiting.get(claimant)?.(Claim.LOST, "");
      entry.waiting.set(claimant, claimed);
    }
  }

  /** A call is over. Whoever waits for it is told; also, of an answer larger than one may be, that it is not kept. */
  settle(session: string, key: string, claim: typeof Claim.ANSWERED | typeof Claim.NOT_KEPT, answer: string): void {
    const entry = this.#sessions.get(session)?.entries.get(key);
    if (entry?.claimant === undefined) return;
    this.#running.get(entry.claimant)?.delete(entry);
    if (answer.length > largestAnswer(this.#options.budget)) this.#end(entry, Claim.NOT_KEPT, "");
    else this.#end(entry, claim, answer);
  }

  /** A call was refused before it did anything: the next one of its key may run. */
  release(session: string, key: string): void {
    const entry = this.#sessions.get(session)?.entries.get(key);
    if (entry?.claimant === undefined) return;
    this.#running.get(entry.claimant)?.delete(entry);
    for (const [next, claimed] of entry.waiting ?? []) {
      entry.waiting?.delete(next);
      if (!claimed(Claim.RUN, "")) continue; // it died while it waited
      this.#run(entry, next);
      return;
    }
    this.#remove(entry);
  }

  /** A process is gone: what ran there may have been carried out, or not, and is never run again. */
  claimantGone(claimant: Claimant): void {
    for (const entry of this.#running.get(claimant) ?? []) this.#end(entry, Claim.LOST, "");
    this.#running.delete(claimant);
  }

  /** Forgets everything of a session. Whoever still waits must not wait for ever. */
  sessionEnded(session: string): void {
    for (const entry of this.#sessions.get(session)?.entries.values() ?? []) {
      if (entry.claimant !== undefined) this.#running.get(entry.claimant)?.delete(entry);
      this.#remove(entry);
      this.#tell(entry, Claim.LOST, "");
    }
  }

  close(): void {
    this.#expiry.stop();
  }

  #add(session: string, key: string): Entry {
    let keys = this.#sessions.get(session);
    if (keys === undefined) {
      const lists = { large: new List<Entry>(), small: new List<Entry>() };
      keys = { session, entries: new Map(), ...lists, bytes: 0, rank: 0, ranked: undefined };
      this.#sessions.set(session, keys);
      this.#bytes += SESSION_BYTES;
    }
    const entry: Entry = {
      keys,
      key,
      claimant: undefined,
      claim: Claim.RUN,
      answer: "",
      waiting: undefined,
      endedAt: 0,
      place: undefined,
      own: undefined,
    };
    keys.entries.set(key, entry);
    this.#size++;
    this.#bytes += cost(entry);
    return entry;
  }

  #run(entry: Entry, claimant: Claimant): void {
    entry.claimant = claimant;
    const running = this.#running.get(claimant);
    if (running === undefined) this.#running.set(claimant, new Set([entry]));
    else running.add(entry);
  }

  #end(entry: Entry, claim: Claim, answer: string): void {
    const { keys } = entry;
    entry.claimant = undefined;
    entry.claim = claim;
    entry.answer = answer;
    entry.endedAt = performance.now();
    entry.place = this.#over.append(entry);
    entry.own = ownList(entry).append(entry);
    this.#bytes += answer.length;
    this.#count(keys, cost(entry));
    this.#tell(entry, claim, answer);
    while (this.#bytes > this.#options.budget && this.#makeRoom());
    this.#expiry.start();
  }

  #tell(entry: Entry, claim: Claim, answer: string): void {
    const { waiting } = entry;
    entry.waiting = undefined;
    for (const claimed of waiting?.values() ?? []) claimed(claim, answer);
  }

  /** Drops something. @returns false where all there is are calls that run */
  #makeRoom(): boolean {
    const { large, small } = this.#ranks.largest ?? {};
    if (large?.first !== undefined) this.#drop(large.first.value);
    else if (small?.first !== undefined) this.#remove(small.first.value);
    else return false;
    return true;
  }

  /** Forgets an answer, but not that there was one. */
  #drop(entry: Entry): void {
    const { keys, answer } = entry;
    if (entry.own !== undefined) keys.large.remove(entry.own);
    entry.answer = "";
    entry.claim = Claim.NOT_KEPT;
    entry.own = keys.small.append(entry);
    this.#bytes -= answer.length;
    this.#count(keys, -answer.length);
  }

  #remove(entry: Entry): void {
    const { keys } = entry;
    this.#size--;
    this.#bytes -= cost(entry);
    keys.entries.delete(entry.key);
    if (entry.place !== undefined && entry.own !== undefined) {
      this.#over.remove(entry.place);
      ownList(entry).remove(entry.own);
      this.#count(keys, -cost(entry));
    }
    if (keys.entries.size > 0) return;
    this.#sessions.delete(keys.session);
    this.#bytes -= SESSION_BYTES;
  }

  #count(keys: Keys, bytes: number): void {
    keys.bytes += bytes;
    this.#ranks.resize(keys, keys.bytes);
  }
}
