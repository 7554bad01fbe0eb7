import type { AppError } from "../../../shared/errors.ts";
import type { Ran, ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import { Claim, largestAnswer } from "../../sessions/claim.ts";
import type { KeptAnswersOptions } from "../kept-answers.ts";
import { AnswerShares } from "./answer-shares.ts";
import { SESSION_SCRIPT } from "./session-script.ts";
import type { SharedEntry } from "./shared-entry.ts";

/** Told where a call stands, as a number of `Claim`, with its answer; or -1 and the host that it runs at. */
type Heard = (error: AppError | undefined, claim: number, text: string) => void;
type Done = (error: AppError | undefined) => void;
/** Told whether all of a session is forgotten; it is not where the session goes on at another host. */
type Forgotten = (error: AppError | undefined, forgotten: boolean) => void;
/** What Redis was asked about a key. */
type Question = Pick<SharedEntry, "session" | "key" | "question">;

/** So many of the largest answers may be kept of one session: whoever has more loses the oldest of its own. */
const OF_ONE_SESSION = 8;

/** What can be asked of Redis about keys: see answer-functions.ts. */
export class KeyScripts {
  readonly #redis: SharedRedis;
  readonly #windowMs: string;
  readonly #most: string;
  readonly #shares: AnswerShares;

  constructor(redis: SharedRedis, { windowMs, budget }: KeptAnswersOptions) {
    this.#redis = redis;
    this.#windowMs = String(windowMs);
    this.#most = String(largestAnswer(budget) * OF_ONE_SESSION);
    this.#shares = new AnswerShares({
      ...{ windowMs, budget },
      trim: (session, most) => this.#run(session, "trim", [this.#windowMs, String(most)], this.#takes(session)),
    });
  }

  claim(entry: SharedEntry, heard: Heard): void {
    this.#ask("claim", entry, heard);
  }

  ask(entry: SharedEntry, heard: Heard): void {
    this.#ask("ask", entry, heard);
  }

  runs({ session, key, question }: SharedEntry): void {
    this.#run(session, "runs", [key, this.#redis.host, question, this.#windowMs]);
  }

  settle({ session, key, question, claim, answer }: SharedEntry, done: Done): void {
    const bytes = Buffer.from(answer, "latin1");
    const args = [key, this.#redis.host, question, String(claim), this.#windowMs, this.#most, bytes];
    const takes = this.#takes(session);
    this.#run(session, "settle", args, (error, answer) => {
      takes(error, answer);
      done(error);
    });
  }

  release({ session, key, question }: Question, done?: Done): void {
    this.#run(session, "release", [key, this.#redis.host, question], done);
  }

  /** Redis has it down as running here, and here nobody knows of it. */
  dead({ session, key, question }: Question): void {
    const bytes = "";
    const args = [key, this.#redis.host, question, String(Claim.LOST), this.#windowMs, this.#most, bytes];
    this.#run(session, "settle", args);
  }

  /** The host is gone at which it runs. */
  lost({ session, key, host }: SharedEntry): void {
    this.#run(session, "lost", [key, host, this.#windowMs, this.#most]);
  }

  forget(session: string, forgotten: Forgotten): void {
    const args = [session, this.#redis.host];
    this.#redis.run(SESSION_SCRIPT, session, "forget", args, (error, answer) => {
      if (answer === 1) this.#shares.forget(session);
      forgotten(error, answer === 1);
    });
  }

  close(): void {
    this.#shares.close();
  }

  /** Hears what a session takes of Redis now. */
  #takes(session: string): Ran {
    return (error, bytes) => {
      if (error === undefined && typeof bytes === "number") this.#shares.told(session, bytes);
    };
  }

  #ask(name: "claim" | "ask", { session, key, question }: SharedEntry, heard: Heard): void {
    const args = [session, key, this.#redis.host, question, this.#windowMs];
    this.#redis.run(SESSION_SCRIPT, session, name, args, (error, answer) => {
      if (error !== undefined) heard(error, 0, "");
      else {
        const [claim, bytes] = answer as [claim: number, bytes?: Buffer];
        heard(undefined, claim, bytes?.toString("latin1") ?? "");
      }
    });
  }

  #run(session: string, name: string, args: readonly ScriptArgument[], done?: Ran): void {
    this.#redis.run(SESSION_SCRIPT, session, name, [session, ...args], done);
  }
}
