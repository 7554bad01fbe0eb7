import type { RedisLink } from "../links/redis.ts";
import { RedisRefusal } from "../links/redis.ts";
import type { RedisLinks } from "../links/redis-twice.ts";
import type { Logger } from "../logger.ts";
import { decodeJob } from "./job.ts";
import type { ReplyHandler } from "./job-queue.ts";
import type { QueueCounts } from "./queue-counts.ts";
import { RedisConsumer } from "./redis-consumer.ts";
import { runScript, type TakenEntry } from "./redis-links.ts";
import type { RedisNames } from "./redis-names.ts";
import { CONSUMERS, EXPIRE } from "./redis-scripts.ts";
import type { RedisSender } from "./redis-sender.ts";
import { decodeReply, type Reply, replyTo } from "./reply.ts";
import { ReplyCalls } from "./reply-calls.ts";

export interface RedisRepliesOptions {
  readonly url: string;
  readonly consumer: string;
  readonly host: string | undefined;
  readonly hostGoneMs: number;
  readonly claimAfterMs: number;
  readonly concurrency: number;
  readonly names: RedisNames;
  readonly counts: QueueCounts;
  readonly log: Pick<Logger, "warn" | "info">;
}

/** A reply that nobody can have now comes again after so long, in milliseconds. */
const AGAIN_MS = 250;
const EXPIRE_EVERY_MS = 500;
const BLOCK_MS = 5_000;
const BLOCK_ANSWER_MS = BLOCK_MS + 10_000;

type Entries = Readonly<Record<string, readonly (readonly [id: Buffer, fields: readonly Buffer[] | null])[]>>;

/** Gets the replies that are for a host and those for any, and tells of jobs that expired while they waited. */
export class RedisReplies {
  readonly #options: RedisRepliesOptions;
  readonly #sender: RedisSender;
  readonly #asking: () => RedisLink | undefined;
  readonly #calls: ReplyCalls;
  readonly #streams: readonly string[];
  readonly #held = new Map<string, Set<string>>();
  readonly #consumer: RedisConsumer;
  readonly #expiring: NodeJS.Timeout;
  #count = 0;

  constructor(
    options: RedisRepliesOptions,
    sender: RedisSender,
    asking: () => RedisLink | undefined,
    handler: ReplyHandler,
  ) {
    const { url, log, consumer, host, claimAfterMs, concurrency, names } = options;
    this.#options = options;
    this.#sender = sender;
    this.#asking = asking;
    this.#calls = new ReplyCalls(handler, log);
    this.#streams = host === undefined ? [names.replies] : [names.repliesOf(host), names.replies];
    for (const stream of this.#streams) this.#held.set(stream, new Set());
    this.#consumer = new RedisConsumer({
      ...{ url, log, what: "replies", consumer, claimAfterMs, streams: this.#streams },
      room: () => concurrency - this.#count,
      held: () => new Map([...this.#held].map(([stream, ids]) => [stream, [...ids]])),
      read: (links, room) => this.#read(links, room),
      deliver: (entry) => this.#deliver(entry),
      also: (link) => this.#stay(link),
    });
    this.#expiring = setInterval(() => this.#expire(), EXPIRE_EVERY_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#expiring);
    await this.#consumer.close();
  }

  async #read({ reading, asking }: RedisLinks, room: number): Promise<void> {
    const { consumer } = this.#options;
    const count = String(Math.max(1, Math.floor(room / this.#streams.length)));
    const ids = this.#streams.map(() => ">");
    const options = ["GROUP", CONSUMERS, consumer, "COUNT", count, "BLOCK", String(BLOCK_MS)];
    const command = ["XREADGROUP", ...options, "STREAMS", ...this.#streams, ...ids];
    const answer = await reading.command(command, BLOCK_ANSWER_MS).catch(async (error: unknown) => {
      if (!(error instanceof RedisRefusal) || error.kind !== "NOGROUP") throw error;
      await this.#stay(asking);
      return null;
    });
    for (const [stream, entries] of Object.entries((answer ?? {}) as Entries)) {
      for (const [id, fields] of entries) {
        const [field, body] = fields ?? [];
        this.#deliver({ stream, id: String(id), field: String(field), body, deliveries: 1 });
      }
    }
  }

  /** Makes the streams where there are none, and has that of the host live on. */
  async #stay(link: RedisLink): Promise<void> {
    for (const stream of this.#streams) {
      await link.command(["XGROUP", "CREATE", stream, CONSUMERS, "0", "MKSTREAM"]).catch((error: unknown) => {
        if (!(error instanceof RedisRefusal) || error.kind !== "BUSYGROUP") throw error;
      });
    }
    const { host, hostGoneMs, claimAfterMs, names } = this.#options;
    if (host === undefined) return;
    // longer than until the next time, however little is asked for
    await link.command(["PEXPIRE", names.repliesOf(host), String(Math.max(hostGoneMs, claimAfterMs))]);
  }

  #expire(): void {
    const { names, claimAfterMs } = this.#options;
    const link = this.#asking();
    if (link === undefined) return;
    runScript(link, EXPIRE, [names.ttl, names.replies, names.patience], [String(claimAfterMs)]).catch(() => undefined);
  }

  #deliver(entry: TakenEntry): void {
    const held = this.#held.get(entry.stream);
    if (held === undefined || held.has(entry.id)) return;
    held.add(entry.id);
    this.#count++;
    if (entry.field === "expired") return void this.#expired(entry);
    this.#reply(decodeReply(entry.body), entry);
  }

  /** A job that was taken out of its stream. */
  #expired(entry: TakenEntry): void {
    const job = decodeJob(entry.body);
    if (job === undefined) return void this.#done(entry, undefined);
    this.#options.counts.expired++;
    const reply = replyTo(job, { kind: "expired" });
    const host = job.caller.replyTo;
    if (host === undefined || host === this.#options.host) return void this.#reply(reply, entry);
    this.#sender.reply(reply).then(
      () => this.#done(entry, undefined),
      () => undefined,
    );
  }

  #reply(reply: Reply | undefined, entry: TakenEntry): void {
    // nobody can make anything of it
    if (reply === undefined) return void this.#done(entry, undefined);
    this.#calls.call(reply, (safe) => {
      if (safe) this.#done(entry, undefined);
      else setTimeout(() => this.#done(entry, entry.body), AGAIN_MS).unref();
    });
  }

  /** @param again what is put in anew, for somebody to get it */
  #done(entry: TakenEntry, again: Buffer | undefined): void {
    this.#sender.done(entry, again).then(
      () => this.#letGo(entry),
      () => undefined,
    );
  }

  #letGo({ stream, id }: TakenEntry): void {
    if (this.#held.get(stream)?.delete(id) !== true) return;
    this.#consumer.over(stream, id);
    this.#count--;
    this.#consumer.roomMade();
  }
}
