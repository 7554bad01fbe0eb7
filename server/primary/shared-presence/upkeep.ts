import type { Hosts } from "../../hosts/hosts.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import type { ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import { BUCKETS } from "../buckets.ts";
import type { LocalSeats, Seat } from "./local-seats.ts";
import type { Pictures } from "./pictures.ts";
import { seatNameOf } from "./presence-messages.ts";
import { FRESH_MS, PRESENCE_SCRIPT } from "./presence-script.ts";
import { partitionOf, type Questions } from "./questions.ts";

export interface UpkeepOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  readonly seats: LocalSeats;
  readonly pictures: Pictures;
  readonly questions: Questions;
  /** How often Redis hears that this host has connections still, in milliseconds. */
  readonly beatMs: number;
  /** How long other hosts get to tell what Redis has forgotten, before pictures are read anew, in milliseconds. */
  readonly settleMs: number;
}

/** Seats, or channels, that are told of at a time: a function takes 255 arguments. */
const CHUNK = 50;
/** A host that has not been heard of for so many beats is swept out by those that are. */
const SILENT_BEATS = 5;
/** What a host has is kept from being forgotten each so many beats. */
const KEEP_EACH = 5;
/** After how many milliseconds what failed is done again. */
const RETRY_MS = 1_000;
const LOOK_MS = 1_000;

/**
 * Sees to it that Redis has of this host what there is: after it could not be reached, or has forgotten something. And takes
 * out what hosts had that are gone. All of it a little at a time.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  /** Buckets to be told anew. */
  readonly #dirty = new Set<number>();
  /** Hosts to be taken out. */
  readonly #gone = new Set<string>();
  /** Buckets in which Redis has heard of this host. */
  readonly #beaten = new Set<number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #beats = 0;
  #working = false;
  #closed = false;

  constructor(options: UpkeepOptions) {
    const { redis, hosts, beatMs, questions } = options;
    this.#options = options;
    redis.listen(HostTopic.PRESENCE_FORGOTTEN, (bucket) => this.again(Number(bucket)));
    hosts.onDeclaredDead(() => this.allAgain());
    hosts.onGone((host) => this.#isGone(host));
    this.#timers.add(setInterval(() => this.#beat(), beatMs).unref());
    this.#timers.add(setInterval(() => questions.look(), LOOK_MS).unref());
  }

  /** Redis has to hear of this host in a bucket before it hears of its first connection there. */
  begin(bucket: number): void {
    if (this.#beaten.has(bucket)) return;
    this.#beaten.add(bucket);
    this.#beatIn(bucket, () => undefined);
  }

  /** What Redis has of a bucket may be wrong. */
  again(bucket: number): void {
    if (!(bucket >= 0 && bucket < BUCKETS)) return;
    this.#dirty.add(bucket);
    this.#start();
  }

  allAgain(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#dirty.add(bucket);
    this.#start();
  }

  /** Takes connections of this host out. */
  exit(seats: readonly Seat[]): void {
    const byBucket = new Map<number, string[]>();
    for (const { bucket, channel, connection } of seats) {
      let names = byBucket.get(bucket);
      if (names === undefined) {
        names = [];
        byBucket.set(bucket, names);
      }
      names.push(channel, connection);
    }
    for (const [bucket, names] of byBucket) this.#exit(bucket, names);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
  }

  #isGone(host: string): void {
    this.#gone.add(host);
    this.#start();
  }

  #exit(bucket: number, names: readonly string[]): void {
    const { redis } = this.#options;
    for (let at = 0; at < names.length; at += 2 * CHUNK) {
      const args = [String(bucket), redis.host, ...names.slice(at, at + 2 * CHUNK)];
      redis.run(PRESENCE_SCRIPT, partitionOf(bucket), "exit", args, (error) => {
        if (error !== undefined) this.again(bucket);
      });
    }
  }

  #start(): void {
    if (this.#working || this.#closed || !this.#options.redis.isUp) return;
    this.#working = true;
    void this.#work().then(
      () => {
        this.#working = false;
      },
      () => {
        this.#working = false;
        this.#after(RETRY_MS, () => this.#start());
      },
    );
  }

  /** @throws AppError where Redis could not be asked: the rest is left for later */
  async #work(): Promise<void> {
    while (this.#dirty.size + this.#gone.size > 0 && !this.#closed) {
      for (const bucket of this.#dirty) {
        this.#dirty.delete(bucket);
        await this.#tell(bucket).catch((error: unknown) => {
          this.#dirty.add(bucket);
          throw error;
        });
      }
      for (const host of this.#gone) {
        await this.#sweep(host);
        this.#gone.delete(host);
      }
    }
  }

  /** Tells Redis of all in a bucket, and takes out what is not there any more. */
  async #tell(bucket: number): Promise<void> {
    const { redis, seats, pictures, settleMs } = this.#options;
    if (seats.hasSome(bucket)) this.begin(bucket);
    const run = (name: string, ...args: ScriptArgument[]) =>
      this.#run(bucket, name, [String(bucket), redis.host, ...args]);
    await run("beat", String(this.#silentMs));
    let chunk: ScriptArgument[] = [];
    for (const { channel, connection, key, text, confirmed } of seats.in(bucket)) {
      // who asks to come in may be refused yet
      if (!confirmed) continue;
      chunk.push(channel, connection, key, Buffer.from(text, "latin1"));
      if (chunk.length < 4 * CHUNK) continue;
      await run("again", ...chunk);
      chunk = [];
    }
    if (chunk.length > 0) await run("again", ...chunk);
    let cursor = "0";
    do {
      const [next, entries] = (await run("held", cursor)) as [Buffer, Buffer[]];
      const wrong = entries.map(seatNameOf).filter(({ channel, connection }) => !seats.of(channel, connection));
      this.#exit(
        bucket,
        wrong.flatMap(({ channel, connection }) => [channel, connection]),
      );
      cursor = next.toString();
    } while (cursor !== "0");
    if (pictures.hasSome(bucket)) this.#after(settleMs, () => redis.isUp && pictures.readAgain(bucket));
  }

  async #sweep(host: string): Promise<void> {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      let taken: unknown = 1;
      for (let first = true; taken !== 0; first = false) {
        if (this.#options.hosts.alive.has(host)) return;
        taken = await this.#run(bucket, "gone", [String(bucket), host, first ? "1" : "0"]);
        if (taken !== -1) continue;
        this.#after(FRESH_MS, () => this.#isGone(host));
        return;
      }
    }
  }

  #beat(): void {
    const { redis, seats } = this.#options;
    if (!redis.isUp) return;
    this.#beats++;
    for (const bucket of this.#beaten) {
      if (!seats.hasSome(bucket)) {
        this.#beaten.delete(bucket);
        continue;
      }
      this.#beatIn(bucket, () => this.again(bucket));
      if (this.#beats % KEEP_EACH !== 0) continue;
      const channels = [...seats.channelsIn(bucket)];
      for (let at = 0; at < channels.length; at += CHUNK) {
        redis.run(PRESENCE_SCRIPT, partitionOf(bucket), "keep", channels.slice(at, at + CHUNK));
      }
    }
  }

  #beatIn(bucket: number, forgotten: () => void): void {
    const { redis } = this.#options;
    const args = [String(bucket), redis.host, String(this.#silentMs)];
    redis.run(PRESENCE_SCRIPT, partitionOf(bucket), "beat", args, (error, answer) => {
      if (error !== undefined) {
        // some Redis of a Cluster may be down, and what it would have said is lost
        this.again(bucket);
        return;
      }
      const [known, silent] = answer as [number, Buffer | null];
      if (known === 0) forgotten();
      if (silent !== null) this.#isGone(silent.toString());
    });
  }

  get #silentMs(): number {
    return this.#options.beatMs * SILENT_BEATS;
  }

  #run(bucket: number, name: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#options.redis.run(PRESENCE_SCRIPT, partitionOf(bucket), name, args, (error, answer) => {
        if (error === undefined) resolve(answer);
        else reject(error);
      });
    });
  }

  #after(ms: number, what: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, ms).unref();
    this.#timers.add(timer);
  }
}
