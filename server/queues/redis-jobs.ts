import type { RedisLink } from "../links/redis.ts";
import type { RedisLinks } from "../links/redis-twice.ts";
import type { Logger } from "../logger.ts";
import { decodeJob } from "./job.ts";
import type { ConsumeOptions, Consumer, JobHandler } from "./job-queue.ts";
import type { QueueCounts } from "./queue-counts.ts";
import { RedisConsumer } from "./redis-consumer.ts";
import { entriesOf, runScript, type TakenEntry } from "./redis-links.ts";
import type { RedisNames } from "./redis-names.ts";
import { PATIENCE, TAKE } from "./redis-scripts.ts";
import type { RedisSender } from "./redis-sender.ts";
import { RunningJobs } from "./running-jobs.ts";

export interface RedisJobsOptions extends ConsumeOptions {
  readonly url: string;
  readonly consumer: string;
  readonly claimAfterMs: number;
  readonly retryMs: number;
  readonly handler: JobHandler;
  readonly names: RedisNames;
  readonly counts: QueueCounts;
  readonly log: Pick<Logger, "warn" | "info">;
}

/** How long Redis waits for the next job; and how much longer its answer may then take. */
const BLOCK_MS = 5_000;
const BLOCK_ANSWER_MS = BLOCK_MS + 10_000;

/** Takes jobs of Redis: a stream for each procedure and priority. */
export class RedisJobs implements Consumer {
  readonly #options: RedisJobsOptions;
  readonly #sender: RedisSender;
  readonly #jobs: RunningJobs<TakenEntry>;
  readonly #consumer: RedisConsumer;
  /** Whose turn it is to be asked first, of procedures that are equally urgent. */
  #turn = 0;
  /** How many may just be taken. */
  #taking = 0;

  constructor(options: RedisJobsOptions, sender: RedisSender, asking: () => RedisLink | undefined) {
    const { url, group, procedures, consumer, claimAfterMs, concurrency, retryMs, handler, names, counts, log } =
      options;
    this.#options = options;
    this.#sender = sender;
    this.#jobs = new RunningJobs<TakenEntry>({
      ...{ concurrency, handler, retryMs, counts },
      settle: async (job, settlement, held) => {
        await sender.settle(consumer, held(), job, settlement);
        const { stream, id } = held();
        this.#consumer.over(stream, id);
        return true;
      },
      letGo: () => undefined,
      tell: (reply) => sender.tell(reply, asking()),
      send: (reply) => sender.reply(reply),
      roomMade: () => this.#consumer.roomMade(),
    });
    this.#consumer = new RedisConsumer({
      ...{ url, log, what: `jobs of ${group}`, consumer, claimAfterMs, streams: names.streamsOf(group, procedures) },
      room: () => this.#jobs.room - this.#taking,
      held: () => this.#held(),
      read: (links, room) => this.#read(links, room),
      deliver: (entry) => this.#deliver(entry),
      also: (link) => runScript(link, PATIENCE, [names.patience], [String(claimAfterMs)]),
    });
  }

  get running(): number {
    return this.#jobs.active;
  }

  async close(limitMs: number): Promise<number> {
    await this.#consumer.stop();
    const left = await this.#jobs.close(limitMs);
    await this.#consumer.close();
    return left;
  }

  /** Takes what there is; where that is less than there is room for, it waits until there may be more. */
  async #read({ asking, reading }: RedisLinks, room: number): Promise<void> {
    const next = await this.#take(asking, room);
    if (next === undefined || this.#consumer.stopped) return;
    // 0 would be for ever
    const block = next.delay < 0 ? BLOCK_MS : Math.max(1, Math.min(next.delay, BLOCK_MS));
    const wake = this.#options.names.wakeOf(this.#options.group);
    await reading.command(["XREAD", "BLOCK", String(block), "STREAMS", wake, next.woken], BLOCK_ANSWER_MS);
  }

  /** @returns when somebody was woken the last time, and in how many milliseconds a delay ends or -1, where there is room left */
  async #take(asking: RedisLink, room: number): Promise<{ woken: Buffer; delay: number } | undefined> {
    const { group, procedures, consumer, names } = this.#options;
    this.#turn = (this.#turn + 1) % procedures.length;
    const inTurn = [...procedures.slice(this.#turn), ...procedures.slice(0, this.#turn)];
    const keys = [names.wakeOf(group), names.delayedOf(group), names.ttl, ...names.streamsOf(group, inTurn)];
    this.#taking = room;
    try {
      const answer = await runScript(asking, TAKE, keys, [consumer, String(room)]);
      const [woken, delay, taken] = answer as [Buffer, number, unknown];
      const entries = entriesOf(taken);
      for (const entry of entries) this.#deliver(entry);
      return entries.length < room ? { woken, delay } : undefined;
    } finally {
      // what was taken has its place by now
      this.#taking = 0;
    }
  }

  #held(): Map<string, string[]> {
    const held = new Map<string, string[]>();
    for (const { stream, id } of this.#jobs.held()) {
      const ids = held.get(stream);
      if (ids === undefined) held.set(stream, [id]);
      else ids.push(id);
    }
    return held;
  }

  #deliver(entry: TakenEntry): void {
    const { stream, id, body, deliveries } = entry;
    const key = `${stream} ${id}`;
    if (this.#jobs.adopt(key, entry)) return;
    const job = decodeJob(body);
    if (job === undefined) return void this.#broken(entry);
    this.#jobs.take(key, deliveries > 1 ? { ...job, attempt: job.attempt + deliveries - 1 } : job, entry);
  }

  #broken(entry: TakenEntry): void {
    this.#options.counts.dead++;
    this.#sender.buryBytes(this.#options.consumer, entry, "It is no job.").catch(() => undefined);
  }
}
