import type { AppError } from "../../shared/errors.ts";
import type { RedisArgument, RedisLink } from "../links/redis.ts";
import { DEAD_LETTERS, MAX_ERROR_LENGTH } from "./dead-letters.ts";
import { deadlineOf, encodeJob, type Job } from "./job.ts";
import type { Outbox } from "./outbox.ts";
import { type BatchScript, RedisBatches } from "./redis-batches.ts";
import { runScript, type TakenEntry } from "./redis-links.ts";
import type { RedisNames } from "./redis-names.ts";
import { DONE, ENQUEUE, REPLY, SETTLE, TELL } from "./redis-scripts.ts";
import { encodeReply, type Reply } from "./reply.ts";
import type { Settlement } from "./running-jobs.ts";
import { Unsure } from "./unsure.ts";

/** With so many replies waiting none is put in that may be lost. */
const MAX_UNREAD = 1_000;

const ENQUEUE_EACH: BatchScript = { name: "enqueue", source: ENQUEUE, rest: [] };
const SETTLE_EACH: BatchScript = { name: "settle", source: SETTLE, rest: [String(DEAD_LETTERS)] };
const DONE_EACH: BatchScript = { name: "done", source: DONE, rest: [] };

/** Puts jobs, replies and dead letters where they belong at Redis. */
export class RedisSender {
  readonly #names: RedisNames;
  readonly #outbox: Outbox<RedisLink>;
  readonly #batches = new RedisBatches();
  readonly #unsure = new Unsure();

  constructor(names: RedisNames, outbox: Outbox<RedisLink>) {
    this.#names = names;
    this.#outbox = outbox;
  }

  /** @param until by `performance.now()` */
  job(job: Job, until: number, done: (error: AppError | undefined) => void): void {
    const body = encodeJob(job);
    const { length: bytes } = body;
    const stream = this.#names.streamOf(job);
    const keys = () => [stream, this.#names.wakeOf(job.group), this.#names.ttl];
    const args = [deadlineText(job), body];
    const send = (link: RedisLink) => this.#batches.run(link, ENQUEUE_EACH, stream, keys, args, bytes);
    this.#outbox.add({ bytes, until, send, done });
  }

  /** Does what a job ended in, and lets go of its entry. Rejects where the queue is closed before. @param consumer whose it was */
  settle(consumer: string, { stream, id }: TakenEntry, job: Job, { reply, again, dead }: Settlement): Promise<void> {
    const { group, caller } = job;
    const what = `${stream} ${caller.replyTo ?? ""}`;
    const keys = () => this.#settleKeys(stream, group, caller.replyTo);
    const next = again === undefined ? ["", "0", ""] : [encodeJob(again.job), String(again.delayMs), deadlineText(job)];
    const buried = dead === undefined ? ["", ""] : [encodeJob(job), dead.slice(0, MAX_ERROR_LENGTH)];
    const said = reply === undefined ? "" : encodeReply(reply);
    const noted = job.ttlMs > 0 ? "1" : "";
    return this.#each(SETTLE_EACH, what, keys, [id, consumer, noted, said, ...next, ...buried]);
  }

  /** What is no job goes to the dead letters as it is. */
  buryBytes(consumer: string, { stream, id, body = Buffer.of() }: TakenEntry, error: string): Promise<void> {
    const keys = () => this.#settleKeys(stream, "", undefined);
    return this.#each(SETTLE_EACH, `broken ${stream}`, keys, [id, consumer, "1", "", "", "0", "", body, error]);
  }

  /** It is not gathered: what is said before a job has ended is there before what that ends in. */
  reply(reply: Reply): Promise<void> {
    const body = encodeReply(reply);
    const keys = this.#replyKeys(reply);
    return this.#add(body.length, async (link) => void (await runScript(link, REPLY, keys, [body])));
  }

  /** Lets go of a reply that was consumed. @param again what is put in anew */
  done({ stream, id, field }: TakenEntry, again: Buffer | undefined): Promise<void> {
    return this.#each(DONE_EACH, stream, () => [stream], [id, field, again ?? ""]);
  }

  tell(reply: Reply, link: RedisLink | undefined): void {
    if (link === undefined || this.#unsure.isFull) return;
    const body = encodeReply(reply);
    this.#unsure.sent(body.length, runScript(link, TELL, this.#replyKeys(reply), [body, String(MAX_UNREAD)]));
  }

  #settleKeys(stream: string, group: string, host: string | undefined): string[] {
    const { ttl, dead, replies } = this.#names;
    const replyKeys = [this.#names.repliesOf(host), replies];
    return [stream, ...replyKeys, this.#names.delayedOf(group), dead, this.#names.wakeOf(group), ttl];
  }

  #replyKeys({ caller }: Reply): string[] {
    return [this.#names.repliesOf(caller.replyTo), this.#names.replies];
  }

  #each(
    script: BatchScript,
    what: string,
    keysOf: () => readonly string[],
    args: readonly RedisArgument[],
  ): Promise<void> {
    let bytes = 0;
    for (const arg of args) bytes += arg.length;
    return this.#add(bytes, (link) => this.#batches.run(link, script, what, keysOf, args, bytes));
  }

  #add(bytes: number, send: (link: RedisLink) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: AppError | undefined): void => (error === undefined ? resolve() : reject(error));
      this.#outbox.add({ bytes, until: Number.POSITIVE_INFINITY, send, done });
    });
  }
}

function deadlineText(job: Job): string {
  return String(deadlineOf(job) ?? "");
}
