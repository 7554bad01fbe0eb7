import { List, type Place } from "../../list.ts";
import { Expiry } from "../expiry.ts";
import type { KeptAnswersOptions } from "../kept-answers.ts";
import { type Ranked, SizeRanks } from "../size-ranks.ts";

export interface AnswerSharesOptions extends KeptAnswersOptions {
  /** A session may take so many bytes only, from now on: the oldest of what it has goes. Tell of it by `told`. */
  trim(session: string, most: number): void;
}

/** What one session has in Redis, as far as this host knows. */
interface Share extends Ranked<Share> {
  readonly session: string;
  bytes: number;
  /** When Redis was last given something of it from here, by `performance.now()`. */
  at: number;
  place: Place<Share> | undefined;
}

/** What a session costs beside its entries, in bytes, about. */
const SESSION_BYTES = 450;

/**
 * Keeps what this host has given Redis within a budget, as `KeptAnswers` does with its own memory: where it is used up, one of
 * the sessions that take most of it loses its oldest answers. So Redis has to have room for the budgets of all hosts together.
 */
export class AnswerShares {
  readonly #options: AnswerSharesOptions;
  readonly #sessions = new Map<string, Share>();
  /** Those that nothing was given of for longest first: Redis forgets them after the window. */
  readonly #byAge = new List<Share>();
  readonly #ranks = new SizeRanks<Share>();
  readonly #expiry: Expiry<Share>;
  #bytes = 0;

  constructor(options: AnswerSharesOptions) {
    this.#options = options;
    this.#expiry = new Expiry(
      this.#byAge,
      options.windowMs,
      ({ at }) => at,
      (share) => this.#remove(share),
    );
  }

  /** What all of them take, in bytes, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Redis has said what a session takes now that it was given something of it, or had to let go of something. */
  told(session: string, bytes: number): void {
    if (bytes === 0) this.forget(session);
    else this.#put(session, bytes + SESSION_BYTES);
    while (this.#bytes > this.#options.budget && this.#makeRoom());
  }

  /** Nothing of a session is in Redis any more. */
  forget(session: string): void {
    const share = this.#sessions.get(session);
    if (share !== undefined) this.#remove(share);
  }

  close(): void {
    this.#expiry.stop();
  }

  #put(session: string, bytes: number): void {
    let share = this.#sessions.get(session);
    if (share === undefined) {
      share = { session, bytes: 0, at: 0, place: undefined, rank: 0, ranked: undefined };
      share.place = this.#byAge.append(share);
      this.#sessions.set(session, share);
    } else if (share.place !== undefined) this.#byAge.moveToEnd(share.place);
    share.at = performance.now();
    this.#resize(share, bytes);
    this.#expiry.start();
  }

  /** It counts as done before Redis has done it, so that others are not trimmed in its place. @returns false where there is none */
  #makeRoom(): boolean {
    const { largest } = this.#ranks;
    if (largest === undefined) return false;
    const most = Math.floor((largest.bytes - SESSION_BYTES) / 2);
    if (most < SESSION_BYTES) this.#remove(largest);
    else this.#resize(largest, most + SESSION_BYTES);
    this.#options.trim(largest.session, most < SESSION_BYTES ? 0 : most);
    return true;
  }

  #resize(share: Share, bytes: number): void {
    this.#bytes += bytes - share.bytes;
    share.bytes = bytes;
    this.#ranks.resize(share, bytes);
  }

  #remove(share: Share): void {
    this.#resize(share, 0);
    this.#sessions.delete(share.session);
    if (share.place !== undefined) this.#byAge.remove(share.place);
  }
}
