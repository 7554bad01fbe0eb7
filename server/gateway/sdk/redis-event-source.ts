import { Lifeline } from "../../links/lifeline.ts";
import { placeOf } from "../../links/place-of.ts";
import { type RedisLink, RedisRefusal } from "../../links/redis.ts";
import { connectTwice, type RedisLinks } from "../../links/redis-twice.ts";
import { pause } from "../../pause.ts";
import type { EventSource, EventSourceHooks, ReadingLimits } from "./event-source.ts";
import { GatewayError } from "./gateway-error.ts";
import { eventOfFields } from "./received-event.ts";
import { RedisAcks } from "./redis-acks.ts";

/** A stream of Redis, or several, to read events of, as one consumer of a group. */
export interface RedisSourceOptions {
  readonly url: string;
  /** The stream, or several. */
  readonly stream: string | readonly string[];
  /** The consumer group: each event goes to one consumer of it. It is made where there is none, from the first event on. */
  readonly group: string;
  /** Name of this consumer, another one for each process. One that comes back under its name gets what it had not done. */
  readonly consumer: string;
  /** After how many milliseconds others take over what a consumer has not done. @default 60_000 */
  readonly claimAfterMs?: number;
  /** How often an event is delivered whose listeners fail, before it is given up. @default 5 */
  readonly maxDeliveries?: number;
}

const CLAIM_AFTER_MS = 60_000;
const MAX_DELIVERIES = 5;
/** How long Redis waits for the next event; and how much longer its answer may then take. */
const BLOCK_MS = 5_000;
const BLOCK_ANSWER_MS = BLOCK_MS + 10_000;
const REFUSED_PAUSE_MS = 1_000;
const NO_FIELDS: readonly Buffer[] = [];

type Entry = readonly [id: Buffer, fields: readonly Buffer[] | null];

/** Reads events of Redis Streams, as a consumer of a group. */
export class RedisEventSource implements EventSource {
  readonly #options: RedisSourceOptions & ReadingLimits;
  readonly #hooks: EventSourceHooks;
  readonly #streams: readonly RedisAcks[];
  readonly #line: Lifeline<RedisLinks>;
  readonly #stopped = new AbortController();
  readonly #claiming: NodeJS.Timeout;
  #flushing = false;
  #flushed: Promise<void> = Promise.resolve();
  #roomMade: (() => void) | undefined;
  #claims: Promise<void> | undefined;

  constructor(options: RedisSourceOptions & ReadingLimits, hooks: EventSourceHooks) {
    const { url, stream, group, claimAfterMs = CLAIM_AFTER_MS } = options;
    this.#options = options;
    this.#hooks = hooks;
    this.#streams = (typeof stream === "string" ? [stream] : stream).map((name) => new RedisAcks(name, group));
    const warn = (fields: unknown, message?: string): void => {
      const { error } = fields as { readonly error?: unknown };
      hooks.failed(new GatewayError("UNREACHABLE", message ?? "", {}, error));
    };
    this.#line = new Lifeline<RedisLinks>({
      name: `Redis at ${placeOf(url)}`,
      log: { warn, info: () => undefined },
      connect: (lost, signal) => connectTwice(url, lost, signal),
      up: (links) => void this.#read(links),
    });
    this.#claiming = setInterval(() => this.#claimSoon(), claimAfterMs / 4);
  }

  stop(): void {
    this.#stopped.abort();
    clearInterval(this.#claiming);
    this.#roomMade?.();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#claims;
    this.#flush();
    await this.#flushed;
    this.#line.close();
  }

  /** Reads until the link breaks: first what this consumer had and did not finish, then what is new. */
  async #read(links: RedisLinks): Promise<void> {
    const { signal } = this.#stopped;
    const current = (): boolean => !signal.aborted && this.#line.link === links;
    let after: Map<string, string> | undefined = new Map(this.#streams.map(({ stream }) => [stream, "0"]));
    while (current()) {
      try {
        await this.#makeGroups(links.asking);
        while (current()) {
          const room = await this.#room();
          if (!current()) break;
          after = await this.#readOnce(links.reading, room, after);
        }
      } catch (error) {
        if (!(error instanceof RedisRefusal)) return this.#line.give(links, error as Error);
        if (!current()) return;
        this.#hooks.failed(new GatewayError("UNREACHABLE", `Redis does not give events: ${error.message}`, {}, error));
        await pause(REFUSED_PAUSE_MS, signal);
      }
    }
  }

  async #makeGroups(link: RedisLink): Promise<void> {
    for (const { stream } of this.#streams) {
      try {
        await link.command(["XGROUP", "CREATE", stream, this.#options.group, "0", "MKSTREAM"]);
      } catch (error) {
        if (!(error instanceof RedisRefusal) || error.kind !== "BUSYGROUP") throw error;
      }
    }
  }

  /** @param after by stream, the last of the old ones that were read; undefined when all were @returns the same for the next time */
  async #readOnce(link: RedisLink, room: number, after: Map<string, string> | undefined) {
    const { group, consumer } = this.#options;
    const names = after === undefined ? this.#streams.map(({ stream }) => stream) : [...after.keys()];
    const ids = names.map((name) => after?.get(name) ?? ">");
    const block = after === undefined ? ["BLOCK", String(BLOCK_MS)] : [];
    // so many of each stream
    const count = String(Math.max(1, Math.floor(room / names.length)));
    const command = ["XREADGROUP", "GROUP", group, consumer, "COUNT", count, ...block, "STREAMS", ...names, ...ids];
    const answer = (await link.command(command, BLOCK_ANSWER_MS)) as Record<string, readonly Entry[]> | null;
    const next = new Map<string, string>();
    for (const [name, entries] of Object.entries(answer ?? {})) {
      const acks = this.#streams.find(({ stream }) => stream === name);
      if (acks === undefined) continue;
      for (const entry of entries) this.#deliver(acks, entry);
      const last = entries.at(-1);
      if (last !== undefined) next.set(name, String(last[0]));
    }
    return after === undefined || next.size === 0 ? undefined : next;
  }

  #deliver(acks: RedisAcks, [idBytes, fields]: Entry): void {
    const id = String(idBytes);
    // it was delivered on a link that has broken since
    if (acks.has(id) || this.#stopped.signal.aborted) return;
    acks.hold(id);
    // one without fields was deleted from the stream before anybody has done it
    const event = eventOfFields(fields ?? NO_FIELDS);
    if (event === undefined) {
      this.#hooks.failed(new GatewayError("EVENT", `Entry ${id} of ${acks.stream} is no event, and is left out`));
      this.#done(acks, id);
      return;
    }
    this.#hooks.deliver({
      event,
      done: (handled) => {
        if (handled) this.#done(acks, id);
        else acks.putBack(id);
        this.#roomMade?.();
      },
    });
  }

  #done(acks: RedisAcks, id: string): void {
    acks.done(id);
    if (this.#flushing) return;
    this.#flushing = true;
    // at the end of the turn, all of it together
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const { link } = this.#line;
    if (link === undefined) return;
    const flushing = Promise.all(this.#streams.map((acks) => acks.flush(link.asking))).catch((error: Error) => {
      if (!(error instanceof RedisRefusal)) this.#line.give(link, error);
    });
    this.#flushed = Promise.all([this.#flushed, flushing]).then(() => undefined);
  }

  /** How many more may be delivered, as soon as there may be any. */
  async #room(): Promise<number> {
    for (;;) {
      let room = this.#options.prefetch;
      for (const { held } of this.#streams) room -= held.size;
      if (room > 0 || this.#stopped.signal.aborted) return room;
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
    }
  }

  #claimSoon(): void {
    const { link } = this.#line;
    if (link === undefined || this.#claims !== undefined) return;
    this.#claims = this.#claim(link.asking)
      .catch((error: Error) => {
        if (!(error instanceof RedisRefusal)) this.#line.give(link, error);
      })
      .finally(() => {
        this.#claims = undefined;
      });
  }

  /** Takes over what consumers have had for too long: they are dead, or their listeners have failed. */
  async #claim(link: RedisLink): Promise<void> {
    const { group, consumer, claimAfterMs = CLAIM_AFTER_MS, maxDeliveries = MAX_DELIVERIES } = this.#options;
    for (const acks of this.#streams) {
      const { stream, held } = acks;
      // what goes on here is not to be taken over by others, however long it takes
      if (held.size > 0) await link.command(["XCLAIM", stream, group, consumer, "0", ...held, "JUSTID"]);
      await acks.flush(link);
      const room = this.#options.prefetch - held.size;
      if (room <= 0) continue;
      const search = ["XPENDING", stream, group, "IDLE", String(claimAfterMs), "-", "+", String(room)];
      const pending = (await link.command(search)) as [Buffer, Buffer, number, number][];
      const wanted: string[] = [];
      for (const [idBytes, , , deliveries] of pending) {
        const id = String(idBytes);
        if (acks.has(id)) continue;
        if (deliveries < maxDeliveries) wanted.push(id);
        else {
          this.#hooks.failed(
            new GatewayError("EVENT", `Entry ${id} of ${stream} failed ${deliveries} times, and is given up`),
          );
          this.#done(acks, id);
        }
      }
      if (wanted.length === 0) continue;
      const claimed = await link.command(["XCLAIM", stream, group, consumer, String(claimAfterMs), ...wanted]);
      for (const entry of claimed as Entry[]) this.#deliver(acks, entry);
    }
  }
}
