import { Lifeline } from "../links/lifeline.ts";
import { placeOf } from "../links/place-of.ts";
import { type RedisLink, RedisRefusal } from "../links/redis.ts";
import { connectTwice, type RedisLinks } from "../links/redis-twice.ts";
import type { Logger } from "../logger.ts";
import { pause } from "../pause.ts";
import { within } from "../within.ts";
import { entriesOf, runScript, type TakenEntry } from "./redis-links.ts";
import { ALIVE, CLAIM } from "./redis-scripts.ts";

export interface RedisConsumerOptions {
  readonly url: string;
  /** For the log, such as "jobs of images". */
  readonly what: string;
  readonly log: Pick<Logger, "warn" | "info">;
  /** Another one for each. */
  readonly consumer: string;
  readonly streams: readonly string[];
  /** After how long without a sign of life what a consumer holds is another's, in milliseconds. */
  readonly claimAfterMs: number;
  /** How many more may be taken. */
  readonly room: () => number;
  /** Ids of entries that are held, by stream. */
  readonly held: () => ReadonlyMap<string, readonly string[]>;
  /** Waits for entries, and takes them. */
  readonly read: (links: RedisLinks, room: number) => Promise<void>;
  readonly deliver: (entry: TakenEntry) => void;
  /** Done before anything is read on a link, and each time when it is looked for what others have left. */
  readonly also?: (link: RedisLink) => Promise<unknown>;
}

const REFUSED_PAUSE_MS = 1_000;
/** How long Redis may take to answer when nothing more is wanted, in milliseconds. */
const STOP_MS = 2_000;
/** A consumer that holds nothing and has done nothing for so many times as long is forgotten. */
const FORGET_AFTER = 20;

/** Reads streams as one of a group: takes what is new, shows that it lives, and takes over from those that do not. */
export class RedisConsumer {
  readonly #options: RedisConsumerOptions;
  readonly #line: Lifeline<RedisLinks>;
  readonly #stopped = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #roomMade: (() => void) | undefined;
  #tending = false;
  #reading: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  /** How many may just be taken over. */
  #claiming = 0;
  /** Whether there was no room for what others have left: it comes before what is new, or would wait until there is none. */
  #claimDue = false;
  /**
   * What is over since it was asked last what others have left: the answer may still have it, as it comes on a connection of
   * its own, and to take it then would be to do it twice.
   */
  readonly #over = new Set<string>();
  /** How often that is being asked. */
  #asked = 0;

  constructor(options: RedisConsumerOptions) {
    const { url, log, claimAfterMs, what } = options;
    this.#options = options;
    this.#line = new Lifeline<RedisLinks>({
      ...{ name: `Redis at ${placeOf(url)}, for ${what},`, log, onTrial: true },
      connect: (lost, signal) => connectTwice(url, lost, signal),
      up: (links) => {
        this.#reading = this.#read(links);
      },
    });
    this.#timer = setInterval(() => void this.#tend(), claimAfterMs / 3);
  }

  get stopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  roomMade(): void {
    this.#roomMade?.();
  }

  /** An entry is done with, and gone from its stream. */
  over(stream: string, id: string): void {
    if (this.#asked > 0) this.#over.add(`${stream} ${id}`);
  }

  /**
   * Nothing more is taken; what is held stays held. Resolves when the last that was taken is delivered, or Redis has not
   * answered for long.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async close(): Promise<void> {
    await this.stop();
    clearInterval(this.#timer);
    this.#line.close();
  }

  async #stop(): Promise<void> {
    this.#stopped.abort();
    this.#roomMade?.();
    // it may wait there for long
    this.#line.link?.reading.close();
    await within(this.#reading, STOP_MS, () => new Error("late")).catch(() => undefined);
  }

  async #read(links: RedisLinks): Promise<void> {
    const current = (): boolean => !this.stopped && this.#line.link === links;
    let isReady = false;
    while (current()) {
      try {
        if (!isReady) await this.#options.also?.(links.asking);
        isReady = true;
        await this.#room();
        if (!current()) return;
        if (this.#claimDue) await this.#claim(links.asking);
        const room = this.#free();
        if (room > 0 && current()) await this.#options.read(links, room);
      } catch (error) {
        if (!current()) return;
        if (!(error instanceof RedisRefusal)) return this.#line.give(links, error as Error);
        this.#options.log.warn({ error }, `Redis at ${placeOf(this.#options.url)} does not give what is asked for`);
        await pause(REFUSED_PAUSE_MS, this.#stopped.signal);
      }
    }
  }

  async #room(): Promise<void> {
    while (this.#free() <= 0 && !this.stopped) {
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
    }
  }

  #free(): number {
    return this.#options.room() - this.#claiming;
  }

  /** Takes over what others have left, as much as there is room for. */
  async #claim(link: RedisLink): Promise<void> {
    const { consumer, streams, claimAfterMs, deliver } = this.#options;
    const room = Math.max(0, this.#free());
    this.#claimDue = room === 0;
    this.#claiming += room;
    this.#asked++;
    try {
      const args = [consumer, claimAfterMs, room, claimAfterMs * FORGET_AFTER].map(String);
      const [taken] = (await runScript(link, CLAIM, streams, args)) as [unknown];
      for (const entry of entriesOf(taken)) if (!this.#over.has(`${entry.stream} ${entry.id}`)) deliver(entry);
    } finally {
      this.#asked--;
      if (this.#asked === 0) this.#over.clear();
      this.#claiming -= room;
      this.#roomMade?.();
    }
  }

  async #tend(): Promise<void> {
    const { link } = this.#line;
    if (link === undefined || this.#tending) return;
    this.#tending = true;
    const { consumer, held, also } = this.#options;
    try {
      for (const [stream, ids] of held()) {
        if (ids.length > 0) await runScript(link.asking, ALIVE, [stream], [consumer, ...ids]);
      }
      if (!this.stopped) {
        await this.#claim(link.asking);
        await also?.(link.asking);
      }
    } catch (error) {
      if (!(error instanceof RedisRefusal)) this.#line.give(link, error as Error);
    } finally {
      this.#tending = false;
    }
  }
}
