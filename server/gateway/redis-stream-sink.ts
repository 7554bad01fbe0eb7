import { placeOf } from "../links/place-of.ts";
import { connectRedis, type RedisArgument, type RedisLink, RedisRefusal } from "../links/redis.ts";
import type { Logger } from "../logger.ts";
import { BufferedSink } from "./buffered-sink.ts";
import type { BufferLimits, QueuedEvent } from "./event-buffer.ts";
import type { EventLink, EventSink, Handover } from "./event-sink.ts";
import type { GatewayEvent } from "./gateway-event.ts";

export interface RedisStreamOptions {
  readonly url: string;
  /** About how many events a stream keeps; 0 for all. @default 1_000_000 */
  readonly maxLength?: number;
}

const MAX_LENGTH = 1_000_000;

/**
 * XADD for each event, up to the first that is refused. As a script: so nothing goes in behind an event that was refused,
 * a batch is one command with one answer, and it costs this process a third of what as many XADDs cost it.
 * KEYS: the streams. ARGV: the length; then for each event the place of its stream, the number of its texts, and these.
 */
const SCRIPT = `
local done, at = 0, 2
while at <= #ARGV do
  local last = at + 1 + tonumber(ARGV[at + 1])
  local stream = KEYS[tonumber(ARGV[at])]
  local answer
  if ARGV[1] == '0' then
    answer = redis.pcall('XADD', stream, '*', unpack(ARGV, at + 2, last))
  else
    answer = redis.pcall('XADD', stream, 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, at + 2, last))
  end
  if type(answer) == 'table' and answer.err then return {done, answer.err} end
  done = done + 1
  at = last + 1
end
return {done}
`;

/** What passes: the event is not what is wrong. */
const PASSING = new Set([
  "OOM",
  "READONLY",
  "LOADING",
  "MASTERDOWN",
  "BUSY",
  "NOREPLICAS",
  "MISCONF",
  "CLUSTERDOWN",
  "TRYAGAIN",
  "NOAUTH",
]);

/** Sends events to Redis Streams: each one an entry, whose fields are its properties. */
export function redisStreamSink(
  options: RedisStreamOptions,
  limits: BufferLimits,
  log: Pick<Logger, "warn" | "info">,
): EventSink {
  const { url, maxLength = MAX_LENGTH } = options;
  const name = `Redis at ${placeOf(url)}`;
  return new BufferedSink({ name, log, limits }, async (lost, signal) => {
    return new RedisStreamLink(await connectRedis({ url }, lost, signal), String(maxLength));
  });
}

class RedisStreamLink implements EventLink {
  readonly #link: RedisLink;
  readonly #maxLength: string;

  constructor(link: RedisLink, maxLength: string) {
    this.#link = link;
    this.#maxLength = maxLength;
  }

  async send(batch: readonly QueuedEvent[]): Promise<Handover> {
    const streams = new Map<string, string>();
    const events: RedisArgument[] = [];
    for (const { event, name } of batch) {
      let place = streams.get(name);
      if (place === undefined) {
        place = String(streams.size + 1);
        streams.set(name, place);
      }
      addEvent(events, place, event);
    }
    const head = ["EVAL", SCRIPT, String(streams.size), ...streams.keys(), this.#maxLength];
    let answer: unknown;
    try {
      answer = await this.#link.command([...head, ...events]);
    } catch (error) {
      // refused as a whole, before the first: by a Redis that starts, or in which another script runs
      if (error instanceof RedisRefusal) return { confirmed: 0, refusal: { error, forGood: false } };
      throw error;
    }
    const [confirmed, message] = answer as [number, string | undefined];
    if (message === undefined) return { confirmed };
    const error = new RedisRefusal(message);
    return { confirmed, refusal: { error, forGood: !PASSING.has(error.kind) } };
  }

  close(): void {
    this.#link.close();
  }
}

function addEvent(to: RedisArgument[], place: string, event: GatewayEvent): void {
  const { connection, action, path, tags, type, message, code, seq, time } = event;
  const texts = 12 + (message === undefined ? 0 : 4) + (code === undefined ? 0 : 2);
  to.push(place, String(texts), "connection", connection, "action", action);
  if (type !== undefined && message !== undefined) to.push("type", type, "message", message);
  if (code !== undefined) to.push("code", String(code));
  to.push("tags", tags, "path", path, "seq", String(seq), "time", String(time));
}
