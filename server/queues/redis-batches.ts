import { type RedisArgument, type RedisLink, RedisRefusal } from "../links/redis.ts";
import { runScript } from "./redis-links.ts";

/** A script that does the same to many things at once. */
export interface BatchScript {
  /** Another one for each. */
  readonly name: string;
  readonly source: string;
  /** Arguments that come after those of the things, which are one. */
  readonly rest: readonly RedisArgument[];
}

/** One of many things that a script is to be run for. */
interface Item {
  readonly args: readonly RedisArgument[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly script: BatchScript;
  readonly keys: readonly string[];
  items: Item[];
  bytes: number;
}

/** Redis does nothing else while a script runs. */
const MOST_ITEMS = 128;
const MOST_BYTES = 256 * 1024;
const LENGTH_BYTES = 4;

/**
 * Has a script run once for all that comes in one turn and concerns the same keys: most of what a small job costs, here and at
 * Redis, is the command and the wait for its answer.
 */
export class RedisBatches {
  readonly #gathering = new Map<RedisLink, Map<string, Batch>>();

  /**
   * @param what tells apart which keys these are
   * @param keysOf gives them
   * @param args of this thing, of which the script takes as many each time
   * @returns resolves when Redis has done it; rejects as {@link RedisLink.command}
   */
  run(
    link: RedisLink,
    script: BatchScript,
    what: string,
    keysOf: () => readonly string[],
    args: readonly RedisArgument[],
    bytes: number,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const batch = this.#batchOf(link, script, what, keysOf);
      batch.items.push({ args, resolve, reject });
      batch.bytes += bytes;
      if (batch.items.length < MOST_ITEMS && batch.bytes < MOST_BYTES) return;
      const { keys, items } = batch;
      batch.items = [];
      batch.bytes = 0;
      send(link, script, keys, items);
    });
  }

  #batchOf(link: RedisLink, script: BatchScript, what: string, keysOf: () => readonly string[]): Batch {
    let batches = this.#gathering.get(link);
    if (batches === undefined) {
      batches = new Map();
      this.#gathering.set(link, batches);
      setImmediate(() => this.#flush(link));
    }
    const name = `${script.name} ${what}`;
    let batch = batches.get(name);
    if (batch === undefined) {
      batch = { script, keys: keysOf(), items: [], bytes: 0 };
      batches.set(name, batch);
    }
    return batch;
  }

  #flush(link: RedisLink): void {
    const batches = this.#gathering.get(link);
    this.#gathering.delete(link);
    for (const { script, keys, items } of batches?.values() ?? [])
      if (items.length > 0) send(link, script, keys, items);
  }
}

function send(link: RedisLink, script: BatchScript, keys: readonly string[], items: readonly Item[]): void {
  runScript(link, script.source, keys, [together(items), ...script.rest]).then(
    () => {
      for (const { resolve } of items) resolve();
    },
    (error: unknown) => {
      // one of them is no reason to refuse the others
      if (error instanceof RedisRefusal && items.length > 1) for (const item of items) send(link, script, keys, [item]);
      else for (const { reject } of items) reject(error);
    },
  );
}

/** All arguments as one, each with its length in front: the driver would write each of them by itself. */
function together(items: readonly Item[]): Buffer {
  let size = 0;
  for (const { args } of items) {
    for (const arg of args) size += LENGTH_BYTES + (typeof arg === "string" ? Buffer.byteLength(arg) : arg.length);
  }
  const all = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { args } of items) {
    for (const arg of args) {
      const start = at + LENGTH_BYTES;
      const length = typeof arg === "string" ? all.write(arg, start) : arg.copy(all, start);
      all.writeUInt32LE(length, at);
      at = start + length;
    }
  }
  return all;
}
