import type { AppError } from "../../shared/errors.ts";
import { textHash } from "../text-hash.ts";
import type { RedisCore } from "./redis-core.ts";
import type { Ran, Received, RedisListener, Script, ScriptArgument, SharedRedis, Told } from "./shared-redis.ts";

const TELL: Script = {
  name: "tell",
  source: `
function F.tell(a) tell(a[1], tonumber(a[2]), a[3]) end
`,
};
/** Into how many parts keys are divided in a Cluster: more than it is likely to have nodes. */
const PARTITIONS = 64;

/** What one application has of its host's connections: names of its own, so that nothing is shared with others. */
export class RedisScope implements SharedRedis {
  readonly #core: RedisCore;
  /** What channels begin with, and keys before their partition. */
  readonly #prefix: string;
  readonly #partitions: readonly string[];
  readonly #told = new Map<number, Told>();

  /** @param name of an application; an empty string for the main one */
  constructor(core: RedisCore, name: string) {
    this.#core = core;
    this.#prefix = name === "" ? core.prefix : `${core.prefix}${name}:`;
    this.#partitions = Array.from(
      { length: core.isCluster ? PARTITIONS : 1 },
      (_, index) => `${this.#prefix}{${index}}:`,
    );
    const hear = (data: Buffer): void => this.#told.get(data[0] as number)?.(data.subarray(1));
    for (const whom of [core.host, "all"]) core.subscriptions.add(this.#prefix, `h:${whom}`, hear, () => undefined);
  }

  get host(): string {
    return this.#core.host;
  }

  get isUp(): boolean {
    return this.#core.isUp;
  }

  run(script: Script, partition: string, name: string, args: readonly ScriptArgument[], ran?: Ran): void {
    this.#core.run(script, this.#keysOf(partition), this.#prefix, name, args, ran);
  }

  subscribe(channel: string, received: Received, done: (error: AppError | undefined) => void): void {
    this.#core.subscriptions.add(this.#prefix, channel, received, done);
  }

  unsubscribe(channel: string): void {
    this.#core.subscriptions.remove(this.#prefix, channel);
  }

  listen(topic: number, told: Told): void {
    this.#told.set(topic, told);
  }

  tell(host: string, topic: number, data: Uint8Array, ran?: Ran): void {
    this.run(TELL, host, "tell", [host, String(topic), data], ran);
  }

  watch(listener: RedisListener): void {
    this.#core.watch(listener);
  }

  #keysOf(partition: string): string {
    const { length } = this.#partitions;
    return this.#partitions[length === 1 ? 0 : textHash(partition) % length] as string;
  }
}
