import { randomBytes } from "node:crypto";
import { Lifeline } from "../links/lifeline.ts";
import type { Logger } from "../logger.ts";
import { overloaded } from "../overloaded.ts";
import { Pulse } from "./pulse.ts";
import { RedisCounts } from "./redis-counts.ts";
import { RedisErrors, unavailable } from "./redis-errors.ts";
import { connectPair, type RedisPair } from "./redis-pair.ts";
import { databaseOf, nameOfRedis, type RedisPlace } from "./redis-place.ts";
import { ScriptQueue } from "./script-queue.ts";
import { type WholeScript, wholeScript } from "./script-source.ts";
import type { Ran, RedisListener, Script, ScriptArgument } from "./shared-redis.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface RedisCoreOptions {
  readonly place: RedisPlace;
  /** What all keys and channels begin with, such as "fugitive:". */
  readonly prefix: string;
  /** Bytes that may wait to be asked; beyond, calls are refused. */
  readonly budget: number;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
}

const HOST_BYTES = 9;
/** How long those are asked to wait for whom there is no room, in milliseconds. */
const RETRY_AFTER_MS = 100;

/** The connections of one host, whatever applications it has: keys and channels are as they are in Redis. */
export class RedisCore {
  readonly prefix: string;
  /** What to call it. */
  readonly name: string;
  readonly host = randomBytes(HOST_BYTES).toString("base64url");
  /** Whether keys are divided, as a Cluster's nodes have them by parts of their names. */
  readonly isCluster: boolean;
  readonly subscriptions: Subscriptions;
  readonly counts = new RedisCounts();
  readonly #budget: number;
  readonly #log: RedisCoreOptions["log"];
  readonly #errors: RedisErrors;
  readonly #line: Lifeline<RedisPair>;
  readonly #scripts = new Map<Script, WholeScript>();
  readonly #queues = new Map<string, ScriptQueue>();
  readonly #listeners: RedisListener[] = [];
  readonly #pulse: Pulse;
  #up = false;

  constructor({ place, prefix, budget, log }: RedisCoreOptions) {
    const name = nameOfRedis(place);
    // what is published knows no databases
    const database = databaseOf(place);
    this.prefix = database === "" || database === "0" ? prefix : `${prefix}${database}:`;
    this.name = name;
    this.isCluster = place.kind === "cluster";
    this.#budget = budget;
    this.#log = log;
    this.subscriptions = new Subscriptions({
      failure: unavailable,
      threw: (error) => log.error({ error }, "what another host said could not be taken"),
    });
    this.#errors = new RedisErrors(name, log, (error) => this.#give(error));
    this.#line = new Lifeline<RedisPair>({
      name,
      log,
      onTrial: true,
      connect: (lost, signal) => this.#connect(place, lost, signal),
      up: () => {
        this.#up = true;
        this.counts.connects++;
        for (const { up } of this.#listeners) up?.();
      },
      down: () => {
        this.#up = false;
        this.subscriptions.detach();
        for (const { down } of this.#listeners) down?.();
      },
    });
    this.#pulse = new Pulse(this, this.prefix, {
      felt: () => this.#line.proven(),
      silent: (error) => this.#give(error),
    });
  }

  /** Whether it can be asked. */
  get isUp(): boolean {
    return this.#up;
  }

  /** Whether something is asked, and not answered yet. */
  get busy(): boolean {
    for (const queue of this.#queues.values()) if (queue.busy) return true;
    return false;
  }

  /** Bytes that wait to be asked, beside what is on its way. */
  get waiting(): number {
    let bytes = 0;
    for (const queue of this.#queues.values()) bytes += queue.bytes;
    return bytes;
  }

  run(
    script: Script,
    keys: string,
    channels: string,
    name: string,
    args: readonly ScriptArgument[],
    ran: Ran | undefined,
  ): void {
    const queue = this.#queueOf(script, keys, channels);
    if (this.#up && queue.bytes <= this.#budget) {
      queue.run(name, args, ran);
      return;
    }
    this.counts.refused++;
    if (ran !== undefined) {
      const error = this.#up ? overloaded(RETRY_AFTER_MS) : unavailable();
      setImmediate(() => ran(error, undefined));
    }
  }

  watch(listener: RedisListener): void {
    this.#listeners.push(listener);
    if (this.#up) listener.up?.();
  }

  close(): void {
    this.#pulse.stop();
    this.#line.close();
    this.#up = false;
  }

  async #connect(place: RedisPlace, lost: (error: Error) => void, signal: AbortSignal): Promise<RedisPair> {
    const pair = await connectPair(place, lost, signal);
    try {
      await this.subscriptions.attach(pair);
    } catch (error) {
      this.subscriptions.detach();
      pair.close();
      throw error;
    }
    return pair;
  }

  #queueOf(script: Script, keys: string, channels: string): ScriptQueue {
    const name = `${script.name} ${keys}`;
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new ScriptQueue({
        script: this.#wholeOf(script),
        ...{ keys, channels, counts: this.counts },
        command: (key, args) => {
          const { link } = this.#line;
          return link === undefined ? Promise.reject(new Error("there is no connection")) : link.command(key, args);
        },
        threw: (error) => this.#log.error({ error }, "an answer of Redis could not be taken"),
        refused: (of, message) => this.#errors.refused(of, message),
        lost: (error) => {
          // of a Cluster a node may be down while others are not, and the driver finds out who takes its place
          if (!this.isCluster) this.#give(error);
          return unavailable();
        },
      });
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #wholeOf(script: Script): WholeScript {
    let whole = this.#scripts.get(script);
    if (whole === undefined) {
      whole = wholeScript(script);
      this.#scripts.set(script, whole);
    }
    return whole;
  }

  #give(error: Error): void {
    const { link } = this.#line;
    if (link !== undefined) this.#line.give(link, error);
  }
}
