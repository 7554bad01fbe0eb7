import type { RevokeOptions, RevokeTarget, ToTagged } from "../app.ts";
import type { Config } from "../config.ts";
import type { ConnectionFacts } from "../control/control-questions.ts";
import type { Logger } from "../logger.ts";
import type { PrimaryEvents } from "../primary/primary-events.ts";
import type { RolloutAnswer } from "../primary/rollout.ts";
import type { Scaling } from "../primary/scaling.ts";
import type { WorkerState } from "../primary/worker-process.ts";

/** How a socket worker is. */
export interface WorkerReport {
  /** Its number. While one replaces another there are two of one number. */
  readonly worker: number;
  readonly pid: number;
  readonly state: WorkerState;
  /** In seconds. */
  readonly uptime: number;
  /** None of one that starts, or does not answer within a second. */
  readonly connections?: number;
  /** Bytes; as `connections`. */
  readonly memory?: number;
  /** Whether it did not answer. */
  readonly silent?: boolean;
}

/** What hooks may do in the primary. */
export interface PrimaryApi {
  readonly log: Logger;
  /** This host's name, as configured. */
  readonly node: string;
  /** Options that are secrets have their defaults in there. */
  readonly config: Config;
  /** Whether clients are welcome and somebody serves them. */
  readonly ready: boolean;
  /** How all socket workers are, as far as they say within a second. */
  workers(): Promise<readonly WorkerReport[]>;
  /**
   * All connections that have each of these tags, on all socket workers; `id`, `user`, `session`, `worker` and `path` are
   * tags of every one, and `{ id: "*" }` is all of them.
   * @throws RangeError where there is none, or it is none
   */
  toTagged(tags: Readonly<Record<string, string>>): ToTagged;
  /** Tells of these connections, of one socket worker after the other. Those of one that does not answer are left out. */
  list(tags: Readonly<Record<string, string>>): AsyncIterable<ConnectionFacts>;
  /**
   * Publishes to a channel. Resolves when it has its place there.
   * @throws AppError `UNAVAILABLE` where no socket worker serves; what a publication is refused with
   */
  publish(channel: string, data: unknown): Promise<void>;
  /** Ends all sessions of a user, or one, and their connections. @returns how many sessions ended */
  revoke(target: RevokeTarget, options?: RevokeOptions): Promise<number>;
  /**
   * Starts or ends socket workers until there are so many.
   * @returns what is begun; undefined while all still starts, or ends
   * @throws RangeError where that is no whole number from 1 to 512
   */
  scale(workers: number): Scaling | undefined;
  /** Replaces all socket workers by ones with new code. @returns undefined while all still starts, or ends */
  reload(): RolloutAnswer | undefined;
  /** Listens; the function returned stops that. One that throws, or rejects, is logged. */
  on<Name extends keyof PrimaryEvents>(event: Name, listener: PrimaryEvents[Name]): () => void;
}
