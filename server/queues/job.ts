import { isRecord } from "../../shared/is-record.ts";
import { createPack } from "../../shared/msgpack-codec.ts";

/** How urgent a job is, the least urgent first. */
export const PRIORITIES = ["low", "normal", "high"] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Who asked for a job, and where its answer has to go. */
export interface Caller {
  readonly session: string;
  readonly user?: string | undefined;
  /** The id of the call, as its client has chosen it. */
  readonly call: number;
  readonly tags: Readonly<Record<string, string>>;
  /** The host that wants the replies. @default any host that consumes replies */
  readonly replyTo?: string | undefined;
}

/** One piece of work for a remote worker. */
export interface Job {
  /** Another one for each job, by which a reply that comes twice is known. */
  readonly id: string;
  readonly group: string;
  readonly procedure: string;
  /** MessagePack. */
  readonly input: Uint8Array;
  readonly priority: Priority;
  /** In milliseconds since 1970, by the clock of who enqueued it. */
  readonly createdAt: number;
  /** After so many milliseconds nobody is to begin with it any more; 0 where it may be begun at any time. */
  readonly ttlMs: number;
  /** How often it is tried again after an attempt that failed, or whose worker crashed. */
  readonly retries: number;
  /** Which attempt this is, from 1 on. */
  readonly attempt: number;
  readonly caller: Caller;
}

const GROUP = /^[A-Za-z0-9_-]{1,64}$/;
const PROCEDURE = /^[\w$.:-]{1,128}$/;
/** As it is the longest that a message of RabbitMQ may be named by. */
const MAX_ID_LENGTH = 85;
const VERSION = 1;
const { packAlone, unpack } = createPack();

/**
 * Looks at the name of a group: letters, digits, `_` and `-`, at most 64, as it becomes part of names at the broker.
 * @throws RangeError
 */
export function checkGroup(group: string): string {
  if (typeof group === "string" && GROUP.test(group)) return group;
  throw new RangeError("The name of a group has 1 to 64 letters, digits, _ and -.");
}

/** The same for a procedure, which may have `.`, `:` and `$` in its name and 128 characters. @throws RangeError */
export function checkProcedure(procedure: string): string {
  if (typeof procedure === "string" && PROCEDURE.test(procedure)) return procedure;
  throw new RangeError(
    `"${String(procedure).slice(0, 200)}" is no name: that of a procedure for workers has 1 to 128 letters, digits, and _ - . : $.`,
  );
}

/** When it expires, in milliseconds since 1970; undefined where it does not. */
export function deadlineOf({ createdAt, ttlMs }: Job): number | undefined {
  return ttlMs > 0 ? createdAt + ttlMs : undefined;
}

export function isExpired(job: Job, now = Date.now()): boolean {
  return now >= (deadlineOf(job) ?? Number.POSITIVE_INFINITY);
}

export function encodeJob(job: Job): Buffer {
  const { id, group, procedure, input, priority, createdAt, ttlMs, retries, attempt, caller } = job;
  const head = [VERSION, id, group, procedure, PRIORITIES.indexOf(priority)] as const;
  const bytes = packAlone([...head, createdAt, ttlMs, retries, attempt, callerFields(caller), input]);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns undefined where that is none: anybody who can reach the broker may have put it there */
export function decodeJob(bytes: unknown): Job | undefined {
  const fields = unpacked(bytes);
  if (fields?.[0] !== VERSION) return undefined;
  const [, id, group, procedure, place, createdAt, ttlMs, retries, attempt, callerOf, input] = fields;
  // whatever an array has by another name is none
  const priority = typeof place === "number" ? PRIORITIES[place] : undefined;
  const caller = callerFrom(callerOf);
  if (typeof id !== "string" || typeof group !== "string" || typeof procedure !== "string") return undefined;
  if (id.length > MAX_ID_LENGTH || !GROUP.test(group) || !PROCEDURE.test(procedure)) return undefined;
  if (priority === undefined || caller === undefined || !(input instanceof Uint8Array)) return undefined;
  if (!isWhole(createdAt) || !isWhole(ttlMs) || !isWhole(retries) || !isWhole(attempt) || attempt < 1) return undefined;
  return { id, group, procedure, input, priority, createdAt, ttlMs, retries, attempt, caller };
}

/** What a caller is within a larger piece of MessagePack. */
export function callerFields({ session, user, call, tags, replyTo }: Caller): readonly unknown[] {
  return [session, user ?? null, call, tags, replyTo ?? null];
}

export function callerFrom(fields: unknown): Caller | undefined {
  if (!Array.isArray(fields)) return undefined;
  const [session, user, call, tags, replyTo] = fields as readonly unknown[];
  if (typeof session !== "string" || typeof call !== "number" || !isRecord(tags)) return undefined;
  return {
    session,
    user: typeof user === "string" ? user : undefined,
    call,
    tags: tags as Record<string, string>,
    replyTo: typeof replyTo === "string" && GROUP.test(replyTo) ? replyTo : undefined,
  };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** An array of values, or undefined. */
export function unpacked(bytes: unknown): readonly unknown[] | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    const value = unpack(bytes);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
