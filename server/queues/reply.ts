import { isRecord } from "../../shared/is-record.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import { type Caller, callerFields, callerFrom, type Job, unpacked } from "./job.ts";

/** What a job changes in the session of who asked for it. */
export interface SessionChange {
  /** Whose session it is from now on; null for nobody's. */
  readonly user?: string | null;
  /** Tags to be set; an empty one is deleted. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a job ends in, or says meanwhile. */
export type ReplyBody =
  | { readonly kind: "result"; readonly output: Uint8Array; readonly session?: SessionChange }
  /** Meant for the caller; it is not tried again. */
  | {
      readonly kind: "error";
      readonly code: string;
      readonly message: string;
      readonly details?: unknown;
      readonly session?: SessionChange;
    }
  /** Nobody has begun with it in time. */
  | { readonly kind: "expired" }
  /** It has failed, or its worker has crashed, as often as was allowed. */
  | { readonly kind: "dead"; readonly code: "INTERNAL" | "UNAVAILABLE"; readonly message: string }
  /** May be lost. */
  | { readonly kind: "progress"; readonly data: Uint8Array }
  | { readonly kind: "publish"; readonly channel: string; readonly data: Uint8Array }
  | { readonly kind: "toUser"; readonly user: string; readonly data: Uint8Array };

/** Which job a reply is about: the same one may come more than once, from the same attempt or from several. */
export interface ReplyHead {
  readonly job: string;
  readonly attempt: number;
  readonly procedure: string;
  readonly caller: Caller;
}

export type Reply = ReplyHead & ReplyBody;

const VERSION = 1;
const KINDS = ["result", "error", "expired", "dead", "progress", "publish", "toUser"] as const;
const { packAlone } = createPack();

export function replyTo({ id, attempt, procedure, caller }: Job, body: ReplyBody): Reply {
  return { job: id, attempt, procedure, caller, ...body };
}

/** @throws EncodeError where details of an error cannot be encoded */
export function encodeReply(reply: Reply): Buffer {
  const { job, attempt, procedure, caller, kind } = reply;
  const fields = [VERSION, KINDS.indexOf(kind), job, attempt, procedure, callerFields(caller), ...fieldsOf(reply)];
  const bytes = packAlone(fields);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns undefined where that is none */
export function decodeReply(bytes: unknown): Reply | undefined {
  const fields = unpacked(bytes);
  if (fields?.[0] !== VERSION) return undefined;
  const [, place, job, attempt, procedure, callerOf, ...rest] = fields;
  const caller = callerFrom(callerOf);
  const body = typeof place === "number" ? bodyFrom(KINDS[place], rest) : undefined;
  if (typeof job !== "string" || typeof attempt !== "number" || typeof procedure !== "string") return undefined;
  if (caller === undefined || body === undefined) return undefined;
  return { job, attempt, procedure, caller, ...body };
}

function fieldsOf(body: ReplyBody): readonly unknown[] {
  switch (body.kind) {
    case "result":
      return [body.output, body.session ?? null];
    case "error":
      return [body.code, body.message, body.session ?? null, ...(body.details === undefined ? [] : [body.details])];
    case "expired":
      return [];
    case "dead":
      return [body.code, body.message];
    case "progress":
      return [body.data];
    case "publish":
      return [body.channel, body.data];
    case "toUser":
      return [body.user, body.data];
  }
}

function bodyFrom(kind: ReplyBody["kind"] | undefined, fields: readonly unknown[]): ReplyBody | undefined {
  const [first, second, third] = fields;
  switch (kind) {
    case "result":
      return isBytes(first) ? { kind, output: first, ...sessionFrom(second) } : undefined;
    case "error": {
      if (typeof first !== "string" || typeof second !== "string") return undefined;
      const details = fields.length > 3 ? { details: fields[3] } : {};
      return { kind, code: first, message: second, ...details, ...sessionFrom(third) };
    }
    case "expired":
      return { kind };
    case "dead":
      if (typeof second !== "string") return undefined;
      return { kind, code: first === "UNAVAILABLE" ? first : "INTERNAL", message: second };
    case "progress":
      return isBytes(first) ? { kind, data: first } : undefined;
    case "publish":
      return typeof first === "string" && isBytes(second) ? { kind, channel: first, data: second } : undefined;
    case "toUser":
      return typeof first === "string" && isBytes(second) ? { kind, user: first, data: second } : undefined;
    default:
      return undefined;
  }
}

function sessionFrom(value: unknown): { readonly session?: SessionChange } {
  return isRecord(value) ? { session: value as SessionChange } : {};
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
