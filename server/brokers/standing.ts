import { BusType } from "../bus/bus-type.ts";
import { readHistoryPage } from "../bus/history-page.ts";
import { offsetBytes } from "../bus/publication-head.ts";
import { newEpoch } from "../epoch.ts";
import type { Routes } from "../primary/carrier.ts";
import type { PageQuestions } from "./page-questions.ts";

export interface StandingOptions {
  readonly channel: string;
  readonly routes: Routes;
  readonly pages: PageQuestions;
  readonly pageBytes: string;
  /** Whether only the newest publication counts. */
  readonly latest: boolean;
}

/** How long to wait before a history is asked for again, in milliseconds, where that failed. */
const AGAIN_MS = 200;

/**
 * What of a channel's history this host's workers have been sent. Redis passes on what is published as long as a connection
 * lasts, and no longer; so after one was lost, or where a publication does not follow from the one before, the history is
 * asked for what is missing. Where that is gone, clients are told by being sent away: they come back, and learn it.
 */
export class Standing {
  readonly #options: StandingOptions;
  #epoch = "";
  #offset = 0;
  /** Whether the history has been asked: what comes meanwhile is in its answer. */
  #asking = false;
  /** Whether publications may be missing: others who ask about the channel have to wait. */
  #behind = false;
  #ended = false;
  #waiting: (() => void)[] = [];

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  /** Whether what this host's workers have been sent is less than what there was. */
  get behind(): boolean {
    return this.#behind;
  }

  /** Calls back when nothing is missing any more, or nobody here wants the channel. */
  whenCaughtUp(act: () => void): void {
    this.#waiting.push(act);
  }

  /** A page has come for somebody: whatever it covers was sent before it. */
  stands(page: Buffer): void {
    if (this.#epoch !== "") return;
    const { epoch, top } = readHistoryPage(page);
    this.#epoch = epoch;
    this.#offset = top;
  }

  /** A publication has come. @returns whether it is to be sent on */
  takes(offset: number): boolean {
    if (this.#epoch === "") return true;
    if (this.#behind) return false;
    if (offset === this.#offset + 1) {
      this.#offset = offset;
      return true;
    }
    // some are missing; or, where offsets fall, a Redis has taken over that had not heard of the last ones
    this.#ask();
    return false;
  }

  /** Publications may have gone by. */
  catchUp(): void {
    if (this.#epoch !== "") this.#ask();
  }

  /** Nobody here wants the channel any more. */
  end(): void {
    this.#ended = true;
    this.#release();
  }

  #ask(): void {
    this.#behind = true;
    if (this.#asking || this.#ended) return;
    this.#asking = true;
    const { channel, pages, pageBytes, latest } = this.#options;
    const place = [this.#epoch, String(this.#offset)];
    pages.ask("after", channel, [latest ? "1" : "", ...place, "", pageBytes, newEpoch(), "1"], (_, page) => {
      this.#asking = false;
      if (this.#ended) return;
      if (page !== undefined) this.#found(page);
      // while Redis is away it waits for that to be back
      else if (pages.canAsk) setTimeout(() => this.#ask(), AGAIN_MS).unref();
    });
  }

  #found(bytes: Buffer): void {
    const { routes, channel } = this.#options;
    const { epoch, top, recovered, more, first, publications } = readHistoryPage(bytes);
    if (!recovered) {
      this.#epoch = epoch;
      this.#offset = top;
      routes.send(BusType.GAP, channel, undefined);
    } else {
      this.#epoch = epoch;
      for (const [index, data] of publications.entries()) {
        this.#offset = first + index;
        routes.send(BusType.KEPT_EVENT, channel, Buffer.concat([offsetBytes(this.#offset), data]));
      }
      if (more) {
        this.#ask();
        return;
      }
    }
    this.#behind = false;
    this.#release();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const act of waiting) act();
  }
}
