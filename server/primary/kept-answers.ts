import { List, type Place } from "../list.ts";
import { Claim } from "../sessions/claim.ts";

/** The process that a call runs in, as far as keys are concerned. */
export type Claimant = object;

/** Told where the call stands: at once, or when the one that runs is over. Returns whether anybody hears it. */
export type Claimed = (claim: Claim, answer: string) => boolean;

export interface KeptAnswersOptions {
  /** How long an answer is kept, in milliseconds. */
  readonly windowMs: number;
  /** Bytes that all of them may take. */
  readonly budget: number;
}

/** What an entry costs beside its key and its answer, and a session beside its entries, in bytes, as measured. */
const ENTRY_BYTES = 350;
const SESSION_BYTES = 320;
/** Where there is no room left, one session may take this part of it, and loses its own oldest answers beyond. */
const SHARE = 64;
const LOOK_MS = 1_000;

interface Entry {
  readonly keys: Keys;
  readonly key: string;
  /** Set while it runs. */
  claimant: Claimant | undefined;
  claim: Claim;
  /** Each character a byte: V8 keeps such strings as compactly as a buffer, without a buffer's overhead. */
  answer: string;
  waiting: { readonly claimant: Claimant; readonly claimed: Claimed }[] | undefined;
  endedAt: number;
  /** Where it stands among all that are over, and among its session's; undefined while it runs. */
  place: Place<Entry> | undefined;
  own: Place<Entry> | undefined;
}

interface Keys {
  readonly session: string;
  readonly entries: Map<string, Entry>;
  /** Those that are over, the oldest first. */
  readonly over: List<Entry>;
  bytes: number;
}

/**
 * The answers to calls with a key, by session: a retry with the same key gets the first one's answer, and nothing runs
 * twice. A claim is here before the call runs, and so outlives the socket worker that runs it.
 *
 * Answers are kept for a window, and within a budget: where that is used up, the oldest ones go first, and a session
 * that fills it loses its own.
 */
export class KeptAnswers {
  readonly #options: KeptAnswersOptions;
  readonly #sessions = new Map<string, Keys>();
  readonly #running = new Map<Claimant, Set<Entry>>();
  /** Those that are over, the oldest first. */
  readonly #over = new List<Entry>();
  #size = 0;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
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
      entry.waiting ??= [];
      entry.waiting.push({ claimant, claimed });
    }
  }

  /** A call is over. Whoever waits for it is told. */
  settle(session: string, key: string, claim: typeof Claim.ANSWERED | typeof Claim.NOT_KEPT, answer: string): void {
    const entry = this.#sessions.get(session)?.entries.get(key);
    if (entry?.claimant === undefined) return;
    this.#running.get(entry.claimant)?.delete(entry);
    this.#end(entry, claim, answer.length > this.#options.budget / SHARE ? "" : answer);
    if (entry.answer !== answer) entry.claim = Claim.NOT_KEPT;
    // those who wait get what is not kept as well
    this.#tell(entry, claim, answer);
    this.#makeRoom(entry);
  }

  /** A call was refused before it did anything: the next one of its key may run. */
  release(session: string, key: string): void {
    const entry = this.#sessions.get(session)?.entries.get(key);
    if (entry?.claimant === undefined) return;
    this.#running.get(entry.claimant)?.delete(entry);
    for (let next = entry.waiting?.shift(); next !== undefined; next = entry.waiting?.shift()) {
      this.#run(entry, next.claimant);
      if (next.claimed(Claim.RUN, "")) return;
      this.#running.get(next.claimant)?.delete(entry); // it died while it waited
    }
    this.#remove(entry);
  }

  /** A process is gone: what ran there may have been carried out, or not, and is never run again. */
  claimantGone(claimant: Claimant): void {
    const running = this.#running.get(claimant) ?? [];
    this.#running.delete(claimant);
    for (const entry of running) {
      this.#end(entry, Claim.LOST, "");
      this.#tell(entry, Claim.LOST, "");
      this.#makeRoom(entry);
    }
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
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #add(session: string, key: string): Entry {
    let keys = this.#sessions.get(session);
    if (keys === undefined) {
      keys = { session, entries: new Map(), over: new List(), bytes: 0 };
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
    this.#count(keys, ENTRY_BYTES + key.length);
    return entry;
  }

  #run(entry: Entry, claimant: Claimant): void {
    entry.claimant = claimant;
    const running = this.#running.get(claimant);
    if (running === undefined) this.#running.set(claimant, new Set([entry]));
    else running.add(entry);
  }

  #end(entry: Entry, claim: Claim, answer: string): void {
    entry.claimant = undefined;
    entry.claim = claim;
    entry.answer = answer;
    entry.endedAt = performance.now();
    this.#count(entry.keys, answer.length);
    entry.place = this.#over.append(entry);
    entry.own = entry.keys.over.append(entry);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  #tell(entry: Entry, claim: Claim, answer: string): void {
    const { waiting } = entry;
    entry.waiting = undefined;
    for (const { claimed } of waiting ?? []) claimed(claim, answer);
  }

  #makeRoom({ keys }: Entry): void {
    const { budget } = this.#options;
    while (this.#bytes > budget) {
      const own = keys.bytes > budget / SHARE ? keys.over.first : undefined;
      const oldest = own ?? this.#over.first;
      if (oldest === undefined) return; // all of it is calls that run
      this.#remove(oldest.value);
    }
  }

  #look(): void {
    const before = performance.now() - this.#options.windowMs;
    for (let first = this.#over.first; first !== undefined; first = this.#over.first) {
      if (first.value.endedAt > before) return;
      this.#remove(first.value);
    }
    this.close();
  }

  #remove(entry: Entry): void {
    const { keys } = entry;
    if (entry.place !== undefined) this.#over.remove(entry.place);
    if (entry.own !== undefined) keys.over.remove(entry.own);
    keys.entries.delete(entry.key);
    this.#size--;
    this.#count(keys, -(ENTRY_BYTES + entry.key.length + entry.answer.length));
    if (keys.entries.size > 0) return;
    this.#sessions.delete(keys.session);
    this.#bytes -= SESSION_BYTES;
  }

  #count(keys: Keys, bytes: number): void {
    keys.bytes += bytes;
    this.#bytes += bytes;
  }
}
