import { Lifeline } from "../links/lifeline.ts";
import { placeOf } from "../links/place-of.ts";
import { connectRedis, type RedisLink, RedisRefusal } from "../links/redis.ts";
import type { Logger } from "../logger.ts";

export interface StateMirrorOptions {
  readonly url: string;
  /** Keys are this and the connection's id. @default "connection:" */
  readonly prefix?: string;
  /** After how many seconds those of a process that was killed are gone, at the latest. @default 60 */
  readonly expireSeconds?: number;
}

/** What is mirrored of a connection. */
export interface MirroredConnection {
  readonly id: string;
  readonly path: { readonly path: string };
  /** Looked at when they are written. */
  readonly tags: Readonly<Record<string, string>>;
}

const EXPIRE_SECONDS = 60;
/** How many connections one command is about. */
const BATCH = 256;
const REFUSED_PAUSE_MS = 1_000;
/** More are not mirrored: a script of Redis has no room for any number of them. */
const MAX_TAGS = 1_000;
/** So many times within the time after which they expire, hashes are told to stay. */
const REFRESHES = 3;
/** Within such a round, this many steps: all at once would hold up Redis. */
const STEPS = 20;

/** KEYS: hashes. ARGV: seconds; then for each the number of texts of its fields, and these; none deletes it. */
const WRITE = `
local at = 2
for _, key in ipairs(KEYS) do
  local last = at + tonumber(ARGV[at])
  redis.call('DEL', key)
  if last > at then
    redis.call('HSET', key, unpack(ARGV, at + 1, last))
    redis.call('EXPIRE', key, ARGV[1])
  end
  at = last + 1
end
`;
/** KEYS: hashes. ARGV: seconds. Gives the places of those that are not there. */
const REFRESH = `
local gone = {}
for place, key in ipairs(KEYS) do
  if redis.call('EXPIRE', key, ARGV[1]) == 0 then table.insert(gone, place) end
end
return gone
`;

interface Mirrored {
  readonly connection: MirroredConnection;
  readonly since: number;
}

/**
 * Keeps a Redis hash for each connection of this process: `path`, `since` in milliseconds, and `tag.NAME` for each tag. What is
 * written is how a connection is then, however often it has changed. After an outage all are written again; who left
 * meanwhile is not deleted, but expires.
 */
export class StateMirror {
  readonly #prefix: string;
  readonly #expire: string;
  readonly #line: Lifeline<RedisLink>;
  readonly #name: string;
  readonly #log: Pick<Logger, "warn" | "info">;
  readonly #connections = new Map<string, Mirrored>();
  /** Whose hash is not as it should be. Who is in here and has no entry above is gone. */
  readonly #changed = new Set<string>();
  readonly #refreshing: NodeJS.Timeout;
  #round: Iterator<string> | undefined;
  #busy = false;
  /** Whether it is time to have hashes stay. */
  #due = false;
  #scheduled = false;
  /** Whether that was said. */
  #refused = false;
  #whenDone: (() => void) | undefined;

  constructor(options: StateMirrorOptions, log: Pick<Logger, "warn" | "info">) {
    const seconds = options.expireSeconds ?? EXPIRE_SECONDS;
    this.#prefix = options.prefix ?? "connection:";
    this.#expire = String(seconds);
    this.#name = `Redis for states, at ${placeOf(options.url)},`;
    this.#log = log;
    this.#line = new Lifeline<RedisLink>({
      name: this.#name,
      log,
      connect: (lost, signal) => connectRedis({ url: options.url }, lost, signal),
      up: () => {
        for (const id of this.#connections.keys()) this.#changed.add(id);
        this.#pump();
      },
      // who has left is not kept for it, however long it is away: that expires
      down: () => {
        for (const id of this.#changed) if (!this.#connections.has(id)) this.#changed.delete(id);
      },
    });
    this.#refreshing = setInterval(() => this.#refresh(), (seconds * 1_000) / REFRESHES / STEPS).unref();
  }

  opened(connection: MirroredConnection): void {
    this.#connections.set(connection.id, { connection, since: Date.now() });
    this.#change(connection.id);
  }

  /** Its tags are other ones. */
  tagged(id: string): void {
    if (this.#connections.has(id)) this.#change(id);
  }

  closed(id: string): void {
    if (!this.#connections.delete(id)) return;
    if (this.#line.link === undefined) this.#changed.delete(id);
    else this.#change(id);
  }

  /** Ends it: writes what has changed, as far as that can be done within so many milliseconds. */
  async close(limitMs: number): Promise<void> {
    clearInterval(this.#refreshing);
    if (this.#line.link !== undefined && (this.#changed.size > 0 || this.#busy)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#whenDone = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#line.close();
  }

  #change(id: string): void {
    this.#changed.add(id);
    if (this.#scheduled || this.#busy) return;
    this.#scheduled = true;
    setImmediate(this.#pump);
  }

  readonly #pump = (): void => {
    this.#scheduled = false;
    const { link } = this.#line;
    if (link === undefined || this.#busy) return;
    if (this.#due) {
      this.#refresh();
      if (this.#busy) return;
    }
    if (this.#changed.size === 0) {
      this.#whenDone?.();
      return;
    }
    const ids = firstOf(this.#changed.values(), BATCH);
    for (const id of ids) this.#changed.delete(id);
    const fields = ids.flatMap((id) => this.#fieldsOf(id));
    this.#ask(link, WRITE, ids, fields, () => undefined);
  };

  /** The hash of a connection as it is now, with the number of texts before it. */
  #fieldsOf(id: string): string[] {
    const mirrored = this.#connections.get(id);
    if (mirrored === undefined) return ["0"];
    const { connection, since } = mirrored;
    const fields = ["path", connection.path.path, "since", String(since)];
    for (const [name, value] of Object.entries(connection.tags).slice(0, MAX_TAGS)) fields.push(`tag.${name}`, value);
    return [String(fields.length), ...fields];
  }

  #refresh(): void {
    const { link } = this.#line;
    // where something is always under way, its turn is the next one
    this.#due = link !== undefined && this.#busy;
    if (link === undefined || this.#busy) return;
    this.#round ??= this.#connections.keys();
    const ids = firstOf(this.#round, Math.ceil(this.#connections.size / STEPS));
    if (ids.length === 0) this.#round = undefined;
    else {
      this.#ask(link, REFRESH, ids, [], (gone) => {
        for (const place of gone as number[]) this.#changed.add(ids[place - 1] ?? "");
      });
    }
  }

  /** One thing after the other: what was asked last is how it is. */
  #ask(link: RedisLink, script: string, ids: string[], args: string[], then: (answer: unknown) => void): void {
    this.#busy = true;
    const keys = ids.map((id) => this.#prefix + id);
    link.command(["EVAL", script, String(keys.length), ...keys, this.#expire, ...args]).then(
      (answer) => {
        then(answer);
        this.#refused = false;
        this.#busy = false;
        this.#pump();
      },
      (error: Error) => {
        for (const id of ids) if (this.#connections.has(id)) this.#changed.add(id);
        if (!(error instanceof RedisRefusal)) {
          this.#busy = false;
          this.#line.give(link, error);
          this.#pump();
          return;
        }
        if (!this.#refused) this.#log.warn({ error }, `${this.#name} refuses to keep states`);
        this.#refused = true;
        setTimeout(() => {
          this.#busy = false;
          this.#pump();
        }, REFUSED_PAUSE_MS).unref();
      },
    );
  }
}

/** The next of them, at most so many. */
function firstOf<Value>(values: Iterator<Value>, count: number): Value[] {
  const first: Value[] = [];
  while (first.length < count) {
    const { value, done } = values.next();
    if (done === true) break;
    first.push(value);
  }
  return first;
}
