import { within } from "../within.ts";
import type { Link } from "./lifeline.ts";

/** An argument of a command: text, or bytes as they are. */
export type RedisArgument = string | Buffer;

/** One connection to Redis. When it breaks it is gone, with all that was asked on it. */
export interface RedisLink extends Link {
  /**
   * Asks for something.
   * @param answerMs how long an answer may take; then the link is lost, in milliseconds @default 20_000
   * @throws RedisRefusal where Redis answers with an error, and other errors where the link is lost
   */
  command(args: readonly RedisArgument[], answerMs?: number): Promise<unknown>;
}

/** An error that Redis gave as its answer: the link itself is well. */
export class RedisRefusal extends Error {
  /** The word it begins with, such as `OOM`. */
  readonly kind: string;

  constructor(message: string) {
    super(message);
    this.name = "RedisRefusal";
    // Redis before 7 says in front of it where in the script that was
    this.kind = /^(?:@user_script: \d+: )?-?([A-Z]+)/.exec(message)?.[1] ?? "";
  }
}

export interface RedisOptions {
  /** Such as `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string;
  /** Whether strings come as bytes. @default false */
  readonly buffers?: boolean;
  /** How long it may take until Redis can be asked, in milliseconds. @default 5_000 */
  readonly connectMs?: number;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 20_000;

/** What it is told on channels, on a connection that nothing else is asked on. */
export interface RedisSubscriber extends Link {
  /** Hears channels; patterns, as Redis has them, where `patterns`. Resolves when whatever is published from now on comes. */
  subscribe(channels: readonly string[], received: RedisReceived, patterns: boolean): Promise<void>;
  /** Ends it, with the same `received` that it was subscribed with. Resolves when nothing comes any more. */
  unsubscribe(channel: string, received: RedisReceived, pattern: boolean): Promise<void>;
}

/** Gets what was published on a channel. */
export type RedisReceived = (message: Buffer, channel: Buffer) => void;

/** Connects to Redis, to ask. See {@link openRedis}. */
export async function connectRedis(
  options: RedisOptions,
  lost: (error: Error) => void,
  signal: AbortSignal,
): Promise<RedisLink> {
  const { client, close } = await openRedis(options, lost, signal);
  return {
    close,
    async command(args, answerMs = ANSWER_MS) {
      const late = setTimeout(() => {
        lost(new Error(`Redis gave no answer to ${String(args[0])} for ${answerMs / 1_000} s`));
        close();
      }, answerMs);
      try {
        return await client.sendCommand(args);
      } catch (error) {
        throw await refusalOf(error);
      } finally {
        clearTimeout(late);
      }
    },
  };
}

/** Connects to Redis, to hear what is published there. See {@link openRedis}. */
export async function connectRedisSubscriber(
  options: RedisOptions,
  lost: (error: Error) => void,
  signal: AbortSignal,
): Promise<RedisSubscriber> {
  const { client, close } = await openRedis({ ...options, buffers: true }, lost, signal);
  return {
    close,
    async subscribe(channels, received, patterns) {
      if (patterns) await client.pSubscribe([...channels], received, true);
      else await client.subscribe([...channels], received, true);
    },
    async unsubscribe(channel, received, pattern) {
      await (pattern ? client.pUnsubscribe(channel, received, true) : client.unsubscribe(channel, received, true));
    },
  };
}

/**
 * Opens a connection. The driver is loaded here, as most servers do not need it; and it is kept from coming back by itself:
 * what it still had would go out before that which was refused when the link broke.
 */
async function openRedis(options: RedisOptions, lost: (error: Error) => void, signal: AbortSignal) {
  const { createClient, RESP_TYPES } = await import("@redis/client");
  const { url, connectMs = CONNECT_MS } = options;
  const client = createClient({
    url,
    socket: { reconnectStrategy: false, connectTimeout: connectMs },
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    commandOptions: {
      timeout: 0, // a timer for each command that ends no more than its wait to be written
      typeMapping: options.buffers === true ? { [RESP_TYPES.BLOB_STRING]: Buffer } : {},
    },
  });
  // one that does not know how it was greeted says all of the greeting
  const password = decodeURIComponent(new URL(url).password);
  const masked = (error: unknown): Error => {
    const { message } = error as Error;
    const isTold = password !== "" && message.includes(password);
    return isTold ? new Error(message.replaceAll(password, "…")) : (error as Error);
  };
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    signal.removeEventListener("abort", close);
    try {
      client.destroy();
    } catch {
      // it has closed itself
    }
  };
  client.on("error", (error: unknown) => lost(masked(error)));
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    // its own limit is for the connection alone, and not for what is said first on it
    const late = (): Error => new Error(`Redis was not ready within ${connectMs / 1_000} s`);
    await within(client.connect(), connectMs, late);
  } catch (error) {
    close();
    throw masked(error);
  }
  // from here on whoever has the link closes it
  signal.removeEventListener("abort", close);

  return { client, close };
}

/** An error of the driver's as ours. */
export async function refusalOf(error: unknown): Promise<unknown> {
  const { ErrorReply } = await import("@redis/client");
  return error instanceof ErrorReply ? new RedisRefusal(error.message) : error;
}
