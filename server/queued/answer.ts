import { Kind } from "../../shared/message.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { SessionChange } from "../sessions/session-state.ts";

/**
 * What a queued call ends in, as it is kept and told:
 *
 *     u8 kind, that of a RESULT or an ERROR · u32 bytes of the change · change of the session · what it ends in
 *
 * All but the first is MessagePack: of an ERROR `[code, message, details?]`.
 */
export interface QueuedAnswer {
  readonly kind: typeof Kind.RESULT | typeof Kind.ERROR;
  /** What becomes of the session. */
  readonly change: SessionChange | undefined;
  /** Of a RESULT, its data; nothing where it has none. Of an ERROR the same as an array. */
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 5;
const { packAlone, unpack } = createPack();

export function resultAnswer(bytes: Uint8Array, change?: SessionChange): Buffer {
  return written(Kind.RESULT, bytes, change);
}

export function errorAnswer(code: string, message: string, details?: unknown, change?: SessionChange): Buffer {
  const fields = details === undefined ? [code, message] : [code, message, details];
  return written(Kind.ERROR, packAlone(fields), change);
}

export function readAnswer(answer: Buffer): QueuedAnswer {
  const at = HEAD_BYTES + answer.readUInt32LE(1);
  const change = at === HEAD_BYTES ? undefined : (unpack(answer.subarray(HEAD_BYTES, at)) as SessionChange);
  return { kind: answer[0] === Kind.RESULT ? Kind.RESULT : Kind.ERROR, change, bytes: answer.subarray(at) };
}

/** The same answer for whoever asks once more: what it changed is not to be changed again. */
export function withoutChange(answer: Uint8Array): Uint8Array {
  const changed = changeBytes(answer);
  if (changed === 0) return answer;
  const rest = new Uint8Array(answer.length - changed);
  rest[0] = answer[0] as number;
  rest.set(answer.subarray(HEAD_BYTES + changed), HEAD_BYTES);
  return rest;
}

/** Something else in place of an answer, with what that changes of the session. @param other one without a change */
export function insteadOf(answer: Uint8Array, other: Uint8Array): Uint8Array {
  const changed = changeBytes(answer);
  if (changed === 0) return other;
  const whole = new Uint8Array(other.length + changed);
  whole.set(other.subarray(0, 1));
  whole.set(answer.subarray(1, HEAD_BYTES + changed), 1);
  whole.set(other.subarray(HEAD_BYTES), HEAD_BYTES + changed);
  return whole;
}

/** How many bytes of an answer say what it changes. */
function changeBytes({ buffer, byteOffset, length }: Uint8Array): number {
  return new DataView(buffer, byteOffset, length).getUint32(1, true);
}

function written(kind: number, bytes: Uint8Array, change: SessionChange | undefined): Buffer {
  const changed = change && packAlone(change);
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = kind;
  head.writeUInt32LE(changed?.length ?? 0, 1);
  return changed === undefined ? Buffer.concat([head, bytes]) : Buffer.concat([head, changed, bytes]);
}
