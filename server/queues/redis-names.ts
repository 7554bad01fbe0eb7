import { type Job, PRIORITIES } from "./job.ts";

const URGENT_FIRST = [...PRIORITIES].reverse();

/** The keys of an application's queue. All of them are in one slot of a Redis Cluster, as scripts touch several. */
export class RedisNames {
  readonly #prefix: string;
  readonly replies: string;
  readonly dead: string;
  readonly ttl: string;
  readonly patience: string;

  constructor(name: string) {
    this.#prefix = `fugitive:{${name}}:queue`;
    this.replies = `${this.#prefix}:replies`;
    this.dead = `${this.#prefix}:dead`;
    this.ttl = `${this.#prefix}:ttl`;
    this.patience = `${this.#prefix}:patience`;
  }

  streamOf({ group, procedure, priority }: Pick<Job, "group" | "procedure" | "priority">): string {
    return `${this.#prefix}:jobs:${group}:${procedure}:${priority}`;
  }

  /** The streams of procedures, the most urgent first. */
  streamsOf(group: string, procedures: readonly string[]): string[] {
    return URGENT_FIRST.flatMap((priority) =>
      procedures.map((procedure) => this.streamOf({ group, procedure, priority })),
    );
  }

  /** Has an entry for each moment when there may be something new in a group. */
  wakeOf(group: string): string {
    return `${this.#prefix}:wake:${group}`;
  }

  /** Jobs of a group that wait for their next attempt, by when that is. */
  delayedOf(group: string): string {
    return `${this.#prefix}:delayed:${group}`;
  }

  repliesOf(host: string | undefined): string {
    return host === undefined ? this.replies : `${this.replies}:${host}`;
  }
}
