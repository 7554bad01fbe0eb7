import type { AppError } from "../../shared/errors.ts";
import { RedisRefusal } from "../links/redis.ts";
import type { RedisCounts } from "./redis-counts.ts";
import { ScriptBatch } from "./script-batch.ts";
import type { WholeScript } from "./script-source.ts";
import type { Ran, ScriptArgument } from "./shared-redis.ts";

/** Asks Redis; of a Cluster, whoever has a key. */
export type RedisCommand = (key: string, args: readonly (string | Buffer)[]) => Promise<unknown>;

export interface ScriptQueueOptions {
  readonly script: WholeScript;
  /** What all keys begin with; it is what a Cluster looks at. */
  readonly keys: string;
  /** What channels begin with. */
  readonly channels: string;
  readonly command: RedisCommand;
  readonly counts: RedisCounts;
  /** Makes an error of what Redis said, and tells the log. */
  refused(script: string, message: string): AppError;
  /** A caller threw when it was told something. */
  threw(error: unknown): void;
  /** Redis cannot be asked, or not any more. @returns what those are told who asked */
  lost(error: Error): AppError;
}

/**
 * Runs the functions of one script for one partition, in the order in which that is asked. One batch is on its way at a time,
 * and what comes meanwhile is the next one: so the busier it is the larger they are, and the less each call costs.
 */
export class ScriptQueue {
  readonly #options: ScriptQueueOptions;
  #waiting: ScriptBatch[] = [];
  #busy = false;
  #scheduled = false;
  #bytes = 0;

  constructor(options: ScriptQueueOptions) {
    this.#options = options;
  }

  /** Bytes that wait, beside what is on its way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something waits, or is on its way. */
  get busy(): boolean {
    return this.#busy || this.#waiting.length > 0;
  }

  run(name: string, args: readonly ScriptArgument[], ran: Ran | undefined): void {
    let batch = this.#waiting.at(-1);
    if (batch === undefined || batch.full) {
      batch = new ScriptBatch(this.#options.threw);
      this.#waiting.push(batch);
    }
    const before = batch.bytes;
    batch.add(name, args, ran);
    this.#bytes += batch.bytes - before;
    if (this.#busy || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#pump);
  }

  readonly #pump = (): void => {
    this.#scheduled = false;
    if (this.#busy) return;
    const batch = this.#waiting.shift();
    if (batch === undefined) return;
    this.#bytes -= batch.bytes;
    this.#busy = true;
    void this.#send(batch).then((failure) => {
      // who asks again, when told, comes behind what waits
      if (failure !== undefined) batch.failed(failure);
      this.#busy = false;
      this.#pump();
    });
  };

  /** @returns what became of all of it, where it failed */
  async #send(batch: ScriptBatch): Promise<AppError | undefined> {
    const { script, keys, channels, command, counts, refused, lost } = this.#options;
    const { calls, size } = batch;
    let answers: unknown;
    counts.batches++;
    try {
      answers = await command(keys, ["EVALSHA", script.hash, "1", keys, channels, calls]).catch((error: unknown) => {
        // a Redis that was started anew, or a node that has never seen it: nothing has run
        if (!(error instanceof RedisRefusal) || error.kind !== "NOSCRIPT") throw error;
        return command(keys, ["EVAL", script.source, "1", keys, channels, calls]);
      });
    } catch (error) {
      if (error instanceof RedisRefusal) {
        counts.failed += size;
        return refused(script.name, error.message);
      }
      counts.lost += size;
      return lost(error as Error);
    }
    counts.done += size;
    batch.answered(answers as readonly unknown[], (message) => {
      counts.done--;
      counts.failed++;
      return refused(script.name, message);
    });
    return undefined;
  }
}
