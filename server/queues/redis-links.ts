import { createHash } from "node:crypto";
import { type RedisArgument, type RedisLink, RedisRefusal } from "../links/redis.ts";

const digests = new Map<string, string>();
/** Scripts that were sent on a link, so that Redis knows them by what is asked on it next. */
const sent = new WeakMap<RedisLink, Set<string>>();

/** Runs a script: sends it once on each link, and its digest after that. Scripts are those of a module, and few. */
export function runScript(
  link: RedisLink,
  script: string,
  keys: readonly string[],
  args: readonly RedisArgument[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args];
  let known = sent.get(link);
  if (known === undefined) {
    known = new Set();
    sent.set(link, known);
  }
  if (!known.has(script)) {
    known.add(script);
    return link.command(["EVAL", script, ...rest]);
  }
  return link.command(["EVALSHA", digestOf(script), ...rest]).catch((error: unknown) => {
    // somebody had Redis forget it
    if (error instanceof RedisRefusal && error.kind === "NOSCRIPT") return link.command(["EVAL", script, ...rest]);
    throw error;
  });
}

function digestOf(script: string): string {
  let digest = digests.get(script);
  if (digest === undefined) {
    digest = createHash("sha1").update(script).digest("hex");
    digests.set(script, digest);
  }
  return digest;
}

/** An entry as scripts give it: its stream, its id, its fields, and how often it was delivered. */
export interface TakenEntry {
  readonly stream: string;
  readonly id: string;
  readonly field: string;
  readonly body: Buffer | undefined;
  readonly deliveries: number;
}

type RawEntry = readonly [stream: Buffer, id: Buffer, fields: readonly Buffer[], deliveries: number];

export function entriesOf(answer: unknown): TakenEntry[] {
  return (answer as readonly RawEntry[]).map(([stream, id, fields, deliveries]) => ({
    stream: String(stream),
    id: String(id),
    field: String(fields[0]),
    body: fields[1],
    deliveries,
  }));
}
