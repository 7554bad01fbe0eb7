import type { AppError } from "../../../shared/errors.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import { Claim, largestAnswer } from "../../sessions/claim.ts";
import type { Answers } from "../answers.ts";
import type { KeptAnswersOptions } from "../kept-answers.ts";
import type { Claimant, Claimed } from "../kept-entry.ts";
import { AWAITED } from "./answer-functions.ts";
import { readLengthened } from "./fields.ts";
import { KeyOwners } from "./key-owners.ts";
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
  readonly #owners: KeyOwners;
  #lastQuestion = 0;
  /** Of answers that Redis has yet to take. */
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
    this.#owners = new KeyOwners(hosts, (host) => {
      for (const entry of this.#entries) {
        if (entry.stage === Stage.WAITS && entry.host === host) this.#scripts.lost(entry);
      }
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
      const entry = new SharedEntry(session, key);
      this.#entries.add(entry);
      entry.wait(claimant, claimed);
      this.#ask(entry);
    } else if (known.stage !== Stage.OVER) known.wait(claimant, claimed);
    else if (known.claim !== Claim.RUN) claimed(known.claim, known.answer);
    else {
      // it ran nowhere here, and may yet: as soon as Redis knows that it does not
      known.wait(claimant, claimed);
      this.#report(known);
    }
  }

  settle(session: string, key: string, claim: typeof Claim.ANSWERED | typeof Claim.NOT_KEPT, answer: string): void {
    const entry = this.#entries.get(session, key);
    if (entry?.stage !== Stage.RUNS) return;
    const keepable = answer.length <= largestAnswer(this.#options.budget);
    this.#end(entry, keepable ? claim : Claim.NOT_KEPT, keepable ? answer : "");
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
    const running: SharedEntry[] = [];
    for (const entry of this.#entries.of(session)) {
      if (entry.stage === Stage.RUNS) running.push(entry);
      else if (entry.stage !== Stage.OVER) this.#gone(entry, Claim.LOST, "");
      entry.tell(Claim.LOST, "");
    }
    this.#scripts.forget(session, (error, forgotten) => {
      // where it goes on at another host, whoever asks there waits for what runs here
      if (error !== undefined || !forgotten) return;
      for (const entry of running) if (entry.stage === Stage.RUNS) this.#gone(entry, Claim.LOST, "");
    });
  }

  close(): void {
    this.#rounds.stop();
    this.#owners.close();
    this.#scripts.close();
  }

  /** As a new question, each time: what Redis says of former ones, and comes late, must not be taken for its answer. */
  #ask(entry: SharedEntry): void {
    this.#lastQuestion++;
    const question = this.#lastQuestion.toString(36);
    entry.question = question;
    entry.stage = Stage.ASKED;
    this.#scripts.claim(entry, (error, claim, text) => {
      // its session has ended here meanwhile, and may go on elsewhere
      if (entry.stage === Stage.GONE && claim === Claim.RUN) this.#scripts.release(entry);
      if (entry.stage !== Stage.ASKED || entry.question !== question) return;
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
      if (this.#owners.isGone(entry)) this.#scripts.lost(entry);
    } else this.#gone(entry, claim as Claim, text);
  }

  /** It is not known whether Redis has it down as running here: it does not. */
  #unanswered(entry: SharedEntry, error: AppError): void {
    if (error.code === "OVERLOADED") {
      this.#gone(entry, Claim.LATER, ""); // this question was never on its way
    } else {
      entry.tell(unknownBy(error), "");
      entry.stage = Stage.OVER;
      entry.claim = Claim.RUN;
    }
  }

  /** Redis says by itself how a call ended that ran elsewhere, that it is this host's turn, or that others wait for this one. */
  #told(data: Buffer): void {
    const claim = data[0] as Claim | typeof AWAITED;
    const { texts, rest } = readLengthened(data.subarray(1), 3);
    const [session = "", key = "", question = ""] = texts;
    const entry = this.#entries.get(session, key);
    if (entry?.question !== question) {
      if (claim === Claim.RUN) this.#scripts.release({ session, key, question });
      else if (claim === AWAITED) this.#scripts.dead({ session, key, question });
    } else if (claim !== AWAITED && (entry.stage === Stage.WAITS || entry.stage === Stage.ASKED))
      this.#heard(entry, claim, rest.toString("latin1"));
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
    this.#running.set(next, (this.#running.get(next) ?? new Set()).add(entry));
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
    const { question } = entry;
    const done = (error: AppError | undefined): void => {
      if (entry.stage !== Stage.OVER || entry.question !== question) return;
      // otherwise again, at the next look
      if (error !== undefined) entry.tell(unknownBy(error), "");
      else if (entry.waits) this.#ask(entry);
      else this.#gone(entry, Claim.UNAVAILABLE, "");
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
      const { question } = entry;
      this.#scripts.ask(entry, (error, claim, text) => {
        const waits = entry.stage === Stage.WAITS && entry.question === question;
        if (error === undefined && waits) this.#heard(entry, claim, text);
      });
    }
  }
}

/** What Redis says of what runs at another host. */
const ELSEWHERE = -1;

/** What is told where Redis could not be asked. */
function unknownBy({ code }: AppError): Claim {
  return code === "OVERLOADED" ? Claim.LATER : Claim.UNAVAILABLE;
}
