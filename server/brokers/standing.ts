import { randomBytes } from "node:crypto";
import { BusType } from "../bus/bus-frame.ts";
import { readHistoryPage } from "../bus/history-page.ts";
import { OFFSET_BYTES, offsetBytes } from "../bus/publication-head.ts";
import type { Routes } from "../primary/carrier.ts";
import type { PageQuestions } from "./page-questions.ts";

export interface StandingOptions {
  readonly channel: string;
  readonly routes: Routes;
  readonly pages: PageQuestions;
  readonly pageBytes: string;
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

  constructor(options: StandingOptions) {
    this.#options = options;
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
    if (this.#asking || this.#epoch === "") return this.#epoch === "";
    if (offset === this.#offset + 1) {
      this.#offset = offset;
      return true;
    }
    // where offsets fall, a Redis has taken over that had not heard of the last ones, and the epoch is good no more
    this.#ask(offset <= this.#offset);
    return false;
  }

  /** Publications may have gone by. */
  catchUp(): void {
    if (this.#epoch !== "") this.#ask(false);
  }

  #ask(broken: boolean): void {
    if (this.#asking) return;
    this.#asking = true;
    const { channel, pages, pageBytes } = this.#options;
    const fresh = randomBytes(OFFSET_BYTES).toString("base64url");
    const args = ["", this.#epoch, String(this.#offset), "", pageBytes, fresh, broken ? this.#epoch : ""];
    pages.ask("after", channel, args, (_, page) => {
      this.#asking = false;
      if (page !== undefined) this.#found(page);
      // while Redis is away it waits for that to be back
      else if (pages.canAsk) setTimeout(() => this.#ask(broken), AGAIN_MS).unref();
    });
  }

  #found(bytes: Buffer): void {
    const { routes, channel } = this.#options;
    const { epoch, top, recovered, more, publications } = readHistoryPage(bytes);
    if (!recovered) {
      this.#epoch = epoch;
      this.#offset = top;
      routes.send(BusType.GAP, channel, undefined);
      return;
    }
    for (const data of publications) {
      this.#offset++;
      routes.send(BusType.KEPT_EVENT, channel, Buffer.concat([offsetBytes(this.#offset), data]));
    }
    if (more) this.#ask(false);
  }
}
