import type { Client } from "../../client/client.ts";
import type { StateReason } from "../../client/link.ts";
import { connect, story } from "../../client/node.ts";
import type { Subscription } from "../../client/subscription.ts";
import { shownUrl } from "./server-url.ts";

/** Names of channels and procedures that are remembered for completion. */
const MOST_NAMES = 1_000;
/** Longer ones nobody completes. */
const LONGEST_NAME = 255;

/** A procedure, as the server's `$procedures` describes it. */
export interface KnownProcedure {
  readonly name: string;
  readonly input?: unknown;
  readonly streams?: boolean;
}

export interface ConnectionOptions {
  readonly name: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  /** Told what happens to it, in words. */
  readonly note: (text: string) => void;
  /** Told what the server says unasked, and what it refused without saying what it meant. */
  readonly direct: (data: unknown) => void;
  readonly problem: (error: unknown) => void;
}

/** A named connection to a server, and what is known of that. */
export class Connection {
  readonly name: string;
  readonly url: string;
  readonly client: Client;
  readonly subscriptions = new Map<string, Subscription>();
  /** Channels that were named or heard of. */
  readonly channels = new Set<string>();
  /** Why there is no connection, where an attempt failed. */
  failure: StateReason | undefined;
  readonly #timeoutMs: number;
  #procedures: Promise<readonly KnownProcedure[]> | undefined;
  /** The last list there was, for what cannot wait. */
  known: readonly KnownProcedure[] = [];

  /** Begins to connect. @throws RangeError where an option makes no sense */
  constructor({ name, url, token, timeoutMs, note, direct, problem }: ConnectionOptions) {
    this.name = name;
    this.url = url;
    this.#timeoutMs = timeoutMs;
    const options = { timeoutMs, connectTimeoutMs: timeoutMs, plugins: [story(note)] };
    this.client = connect(url, token === undefined ? options : { ...options, token });
    this.client.on("direct", direct);
    this.client.on("error", problem);
    this.client.on("reconnectFailed", (reason) => {
      this.failure = reason;
    });
    // another server may stand there by now
    this.client.on("welcome", () => {
      this.failure = undefined;
      this.#procedures = undefined;
      this.procedures().catch(() => {});
    });
    this.client.ready.catch(() => {});
  }

  get shownUrl(): string {
    return shownUrl(this.url);
  }

  /** What the server can be asked for. Of one that does not tell, nothing is known. */
  procedures(): Promise<readonly KnownProcedure[]> {
    this.#procedures ??= this.client
      .call("$procedures", undefined, { idempotent: true, timeoutMs: this.#timeoutMs, attempts: 1 })
      .then(
        (list) => {
          this.known = readProcedures(list);
          return this.known;
        },
        () => {
          this.#procedures = undefined;
          return this.known;
        },
      );
    return this.#procedures;
  }

  /** A channel was named, or heard of. */
  saw(channel: string): void {
    if (this.channels.size < MOST_NAMES && channel.length <= LONGEST_NAME) this.channels.add(channel);
  }
}

function readProcedures(list: unknown): readonly KnownProcedure[] {
  if (!Array.isArray(list)) return [];
  return list
    .filter((entry: { name?: unknown } | null): entry is KnownProcedure => typeof entry?.name === "string")
    .slice(0, MOST_NAMES);
}
