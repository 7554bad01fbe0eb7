import type { AppError } from "../../../shared/errors.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import { Claim, largestAnswer } from "../../sessions/claim.ts";
import type { Answers } from "../answers.ts";
import type { KeptAnswersOptions } from "../kept-answers.ts";
import type { Claimant, Claimed } from "../kept-entry.ts";
import { readLengthened } from "./fields.ts";
import { KeyScripts } from "./key-scripts.ts";
import { Rounds } from "./rounds.ts";
import { SharedEntries } from "./shared-entries.ts";
import { SharedEntry, Stage } from "./shared-entry.ts";

export interface SharedAnswersOptions extends KeptAnswersOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** How often something is looked after, in milliseconds. @default 1_000 */
  readonly stepMs?: number | undefined;
}

/** Steps in which all that runs or waits here is looked after once. */
const STEPS = 4;
/** A host that is not known to live may have begun a moment ago; after so many milliseconds it has not. */
const UNKNOWN_MS = 3_000;

/**
 * Answers to calls with a key for all hosts, in Redis: {@link import("../kept-answers.ts").KeptAnswers} for several. This host has
 * in memory only what it has to do with now: calls that run here, and questions that wait.
 *
 * A call runs where Redis has said that it may, and nowhere else. Where Redis cannot be asked, nothing is claimed.
 */
export class SharedAnswers implements Answers {
  readonly #options: SharedAnswersOptions;
  readonly #scripts: KeyScripts;
  readonly #entries = new SharedEntries();
  readonly #running = new Map<Claimant, Set<SharedEntry>>();
  readonly #rounds: Rounds<SharedEntry>;
  readonly #goneHosts = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #lastQuestion = 0;
  /** Bytes of answers that Redis has yet to take. */
  #bytes = 0;

  constructor(options: SharedAnswersOptions) {
    const { redis, hosts, windowMs, budget, stepMs } = options;
    this.#options = options;
    this.#scripts = new KeyScripts(redis, { windowMs, budget });
    this.#rounds = new Rounds({
      size: () => this.#entries.size,
      values: () => this.#entries[Symbol.iterator](),
      visit: (entry) => this.#lookAfter(entry),
      steps: STEPS,
      stepMs,
    });
    redis.listen(HostTopic.KEY_SETTLED, (data) => this.#told(data));
    redis.watch({ up: () => this.#rounds.hurry() });
    hosts.onDeclaredDead(() => this.#rounds.hurry());
    hosts.onGone((host) => {
      // all of them seem to be gone where Redis has forgotten who lives, until they have said so again
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#hostGone(host);
      }, FORGOTTEN_MS).unref();
      this.#timers.add(timer);
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  claim(session: string, key: string, claimant: Claimant, claimed: Claimed): void {
    const known = this.#entries.get(session, key);
    if (known === undefined) {
      this.#lastQuestion++;
      const entry = new SharedEntry(session, key, this.#lastQuestion.toString(36));
      this.#entries.add(entry);
      entry.wait(claimant, claimed);
      this.#ask(entry);
    } else if (known.stage !== Stage.OVER) known.wait(claimant, claimed);
    else if (known.claim !== Claim.RUN) claimed(known.claim, known.answer);
    else {
      // it ran nowhere here, and may yet
      known.wait(claimant, claimed);
      this.#ask(known);
    }
  }

  settle(session: string, key: string, claim: typeof Claim.ANSWERED | typeof Claim.NOT_KEPT, answer: string): void {
    const entry = this.#entries.get(session, key);
    if (entry?.stage !== Stage.RUNS) return;
    if (answer.length > largestAnswer(this.#options.budget)) this.#end(entry, Claim.NOT_KEPT, "");
    else this.#end(entry, claim, answer);
  }

  release(session: string, key: string): void {
    const entry = this.#entries.get(session, key);
    if (entry?.stage === Stage.RUNS) this.#handOver(entry);
  }

  claimantGone(claimant: Claimant): void {
    for (const entry of this.#running.get(claimant) ?? []) this.#end(entry, Claim.LOST, "");
    this.#running.delete(claimant);
  }

  sessionEnded(session: string): void {
    for (const entry of this.#entries.of(session)) this.#gone(entry, Claim.LOST, "");
    this.#scripts.forget(session);
  }

  close(): void {
    this.#rounds.stop();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #ask(entry: SharedEntry): void {
    entry.stage = Stage.ASKED;
    this.#scripts.claim(entry, (error, claim, text) => {
      if (entry.stage !== Stage.ASKED) return;
      if (error === undefined) this.#heard(entry, claim, text);
      else this.#unanswered(entry, error);
    });
  }

  #heard(entry: SharedEntry, claim: number, text: string): void {
    if (claim === Claim.RUN) this.#handOver(entry);
    else if (claim === ELSEWHERE) {
      if (entry.host !== text) entry.missingSince = undefined;
      entry.stage = Stage.WAITS;
      entry.host = text;
      this.#judge(entry);
    } else this.#gone(entry, claim as Claim, text);
  }

  /** It is not known whether Redis has it down as running here: it does not. */
  #unanswered(entry: SharedEntry, { code }: AppError): void {
    if (code === "OVERLOADED") {
      this.#gone(entry, Claim.LATER, "");
      return;
    }
    entry.tell(Claim.UNAVAILABLE, "");
    entry.stage = Stage.OVER;
    entry.claim = Claim.RUN;
  }

  /** Something comes from Redis by itself: how a call ended that ran elsewhere, or that it is this host's turn. */
  #told(data: Buffer): void {
    const claim = data[0] as Claim;
    const { texts, rest } = readLengthened(data.subarray(1), 3);
    const [session = "", key = "", question = ""] = texts;
    const entry = this.#entries.get(session, key);
    const waits = entry?.stage === Stage.WAITS || entry?.stage === Stage.ASKED;
    if (entry !== undefined && waits && entry.question === question) this.#heard(entry, claim, rest.toString("latin1"));
    else if (claim === Claim.RUN && entry?.question !== question)
      this.#scripts.release(new SharedEntry(session, key, question));
  }

  /** It may run here: the next one that waits here does, or else whoever waits elsewhere. */
  #handOver(entry: SharedEntry): void {
    this.#stop(entry);
    entry.stage = Stage.RUNS;
    const next = entry.next();
    if (next === undefined) {
      entry.stage = Stage.OVER;
      entry.claim = Claim.RUN;
      this.#report(entry);
      return;
    }
    entry.claimant = next;
    const running = this.#running.get(next);
    if (running === undefined) this.#running.set(next, new Set([entry]));
    else running.add(entry);
  }

  #stop(entry: SharedEntry): void {
    if (entry.claimant !== undefined) this.#running.get(entry.claimant)?.delete(entry);
    entry.claimant = undefined;
  }

  /** It ran here. It stays here until Redis has it. */
  #end(entry: SharedEntry, claim: Claim, answer: string): void {
    this.#stop(entry);
    const fits = this.#bytes + answer.length <= this.#options.budget;
    entry.stage = Stage.OVER;
    entry.claim = fits ? claim : Claim.NOT_KEPT;
    entry.answer = fits ? answer : "";
    this.#bytes += entry.answer.length;
    this.#report(entry);
    entry.tell(claim, answer);
  }

  #report(entry: SharedEntry): void {
    const done = (error: AppError | undefined): void => {
      // otherwise again, at the next look
      if (error === undefined && entry.stage === Stage.OVER) this.#gone(entry, Claim.UNAVAILABLE, "");
    };
    if (entry.claim === Claim.RUN) this.#scripts.release(entry, done);
    else this.#scripts.settle(entry, done);
  }

  #gone(entry: SharedEntry, claim: Claim, answer: string): void {
    if (entry.stage === Stage.GONE) return;
    this.#stop(entry);
    entry.stage = Stage.GONE;
    this.#bytes -= entry.answer.length;
    this.#entries.delete(entry);
    entry.tell(claim, answer);
  }

  /** Sees to it that Redis knows what it should, and that nothing that it has said is missed for ever. */
  #lookAfter(entry: SharedEntry): void {
    if (!this.#options.redis.isUp) return;
    if (entry.stage === Stage.RUNS) this.#scripts.runs(entry);
    else if (entry.stage === Stage.OVER) this.#report(entry);
    else if (entry.stage === Stage.WAITS) {
      this.#scripts.ask(entry, (error, claim, text) => {
        if (error === undefined && entry.stage === Stage.WAITS) this.#heard(entry, claim, text);
      });
    }
  }

  #hostGone(host: string): void {
    if (this.#options.hosts.alive.has(host)) return;
    if (this.#goneHosts.size < MOST_GONE) this.#goneHosts.add(host);
    for (const entry of this.#entries) {
      if (entry.stage === Stage.WAITS && entry.host === host) this.#scripts.lost(entry);
    }
  }

  /** Whether the host still lives at which it runs. */
  #judge(entry: SharedEntry): void {
    const now = performance.now();
    if (this.#options.hosts.alive.has(entry.host)) entry.missingSince = undefined;
    else if (this.#goneHosts.has(entry.host)) this.#scripts.lost(entry);
    else if (entry.missingSince === undefined) entry.missingSince = now;
    else if (now - entry.missingSince >= UNKNOWN_MS) this.#scripts.lost(entry);
  }
}

/** How long it takes hosts to say again that they live, in milliseconds. */
const FORGOTTEN_MS = 2_000;
/** Hosts that are remembered to be gone. */
const MOST_GONE = 1_000;
/** What Redis says of what runs at another host. */
const ELSEWHERE = -1;
