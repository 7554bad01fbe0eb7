import type { AppError } from "../../shared/errors.ts";

/** What a function of a script is given, as bytes. */
export type ScriptArgument = string | Uint8Array;

/**
 * Functions that run in Redis, one after the other and each as a whole. They can rely on
 *
 * - `F`, the table that they are put into by their names; each gets its arguments as a table of texts;
 * - `K`, what all keys begin with that they touch: it has the partition in it;
 * - `tell(host, topic, data)`, which sends something to a host, or to all with `"*"`, at its place among all that is said
 *   from this partition: a host hears things in the order in which scripts have said them;
 * - `publish(channel, data)`, the same for a channel that hosts are subscribed to by {@link SharedRedis.subscribe};
 * - `now()`, the time in milliseconds, by the clock of Redis.
 *
 * They give numbers (whole ones), texts, `false` for nothing, or tables of these.
 */
export interface Script {
  /** For messages. */
  readonly name: string;
  readonly source: string;
}

/** Told what a function gave: numbers, bytes, null, or arrays of them. Or why it is not known whether it ran. */
export type Ran = (error: AppError | undefined, answer: unknown) => void;

/** Gets what was published on a channel; valid only during the call. */
export type Received = (data: Buffer, channel: string) => void;

/** What others of this application's hosts say to this one. */
export type Told = (data: Buffer) => void;

/** What happens to the connection. */
export interface RedisListener {
  /**
   * Redis can be asked, and everything that was subscribed to is so again. Whatever was said meanwhile was missed, and
   * what this host has told of itself may be forgotten: a Redis that was started anew may know nothing.
   */
  up?(): void;
  /** It cannot be asked any more; what was asked and is not answered has failed. */
  down?(): void;
}

/**
 * What all hosts of an application have in common: a connection of this host to Redis for what is asked, and one for what is
 * published. It comes back by itself.
 */
export interface SharedRedis {
  /** This host, or rather this start of it: no other ever had this id. */
  readonly host: string;
  /** Whether Redis can be asked now. */
  readonly isUp: boolean;

  /**
   * Runs a function of a script. What is run of one script for one partition is run in the order in which it is asked.
   *
   * @param args 255 at most
   * @param partition decides where its keys are: whatever is about the same thing has to have the same
   * @param ran called once, never from within: with `UNAVAILABLE` where Redis cannot be asked or was lost meanwhile, so that
   *   it may have run or not; `OVERLOADED` where too much waits already; `INTERNAL` where the function failed, which is logged
   */
  run(script: Script, partition: string, name: string, args: readonly ScriptArgument[], ran?: Ran): void;

  /**
   * Hears what is published on a channel, or with a `*` at its end on all channels that begin so. Each of them may be heard
   * by one only.
   * @param done called once, when whatever is published from now on comes; with `UNAVAILABLE` where Redis cannot be asked.
   *   The subscription stays, for when it can
   */
  subscribe(channel: string, received: Received, done: (error: AppError | undefined) => void): void;
  unsubscribe(channel: string): void;

  /** Hears what is told to this host, or to all, about one topic. @param topic one of `HostTopic` */
  listen(topic: number, told: Told): void;
  /** Tells a host, or with `"*"` all of them, this one included; at most once, and not where Redis cannot be asked. */
  tell(host: string, topic: number, data: Uint8Array, ran?: Ran): void;

  watch(listener: RedisListener): void;
}
