import type { Logger } from "../logger.ts";

/** One connection to a broker. */
export interface Link {
  close(): void;
}

/**
 * Makes a link. It rejects where there is none to be had, within some seconds; `lost` is called when one that there was
 * is gone, and may be called more than once. The signal ends the attempt.
 */
export type ConnectLink<L extends Link> = (lost: (error: Error) => void, signal: AbortSignal) => Promise<L>;

export interface LifelineOptions<L extends Link> {
  /** What it leads to, for the log, such as "Redis at 127.0.0.1:6379": without a password. */
  readonly name: string;
  readonly log: Pick<Logger, "warn" | "info">;
  readonly connect: ConnectLink<L>;
  /** There is a link. */
  up(link: L): void;
  /** The link is gone. */
  down?(): void;
  /**
   * Whether a link has to show that it is a good one, by {@link Lifeline.proven} or by lasting, before the outage is over
   * and the next attempt may come soon again: where each breaks with what is asked first, these are one outage.
   * @default false
   */
  readonly onTrial?: boolean;
}

const MIN_DELAY_MS = 50;
const MAX_DELAY_MS = 2_000;
/** A link on trial that has lasted for so long is a good one, in milliseconds. */
const TRIAL_MS = 1_000;

/** Keeps a link to a broker: makes a new one whenever it breaks, and says so in the log once for each outage. */
export class Lifeline<L extends Link> {
  readonly #options: LifelineOptions<L>;
  readonly #ended = new AbortController();
  #link: L | undefined;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #trial: NodeJS.Timeout | undefined;
  #backAt = 0;
  /** Since when there is none, by `performance.now()`, and it was said. */
  #outSince: number | undefined;

  constructor(options: LifelineOptions<L>) {
    this.#options = options;
    this.#connect();
  }

  /** The link, where there is one. */
  get link(): L | undefined {
    return this.#link;
  }

  /** Gives up a link that does not do what it should, unless that was done already. */
  give(link: L, error: Error): void {
    if (this.#link === link) this.#lost(error);
  }

  close(): void {
    this.detach()?.close();
  }

  /** Ends it, and leaves the link that there is to whoever asks. */
  detach(): L | undefined {
    const link = this.#link;
    this.#link = undefined;
    this.#ended.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#trial);
    return link;
  }

  #connect(): void {
    let link: L | undefined;
    let failure: Error | undefined;
    const lost = (error: Error): void => {
      failure ??= error;
      if (link !== undefined) this.give(link, error);
    };
    const { signal } = this.#ended;
    this.#options.connect(lost, signal).then(
      (made) => {
        if (signal.aborted) return made.close();
        if (failure !== undefined) {
          // gone again before anybody had it
          made.close();
          this.#again(failure);
          return;
        }
        link = made;
        this.#link = made;
        this.#backAt = performance.now();
        if (this.#options.onTrial === true) this.#trial = setTimeout(() => this.proven(), TRIAL_MS).unref();
        else this.proven();
        this.#options.up(made);
      },
      (error: Error) => {
        if (!signal.aborted) this.#again(error);
      },
    );
  }

  #lost(error: Error): void {
    clearTimeout(this.#trial);
    this.#link?.close();
    this.#link = undefined;
    this.#options.down?.();
    this.#again(error);
  }

  #again(error: Error): void {
    if (this.#outSince === undefined) {
      this.#outSince = performance.now();
      this.#options.log.warn({ error }, `${this.#options.name} cannot be reached`);
    }
    // many processes lose the same broker in the same moment, and are not to come back in the same one
    const delay =
      Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** Math.min(this.#attempts++, 10)) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  /** The link does what it should. */
  proven(): void {
    if (this.#link === undefined) return;
    clearTimeout(this.#trial);
    this.#attempts = 0;
    if (this.#outSince === undefined) return;
    const seconds = Math.round((this.#backAt - this.#outSince) / 100) / 10;
    this.#outSince = undefined;
    this.#options.log.info({ seconds }, `${this.#options.name} can be reached again`);
  }
}
