import { type Budget, DEFAULT_BUDGET, DecodeError, EncodeError, tooBig } from "./budget.ts";
import type { Codec } from "./codec.ts";
import { checkJson } from "./json-budget.ts";
import type { Message } from "./message.ts";
import { portable } from "./portable.ts";

/** An escaped half of a surrogate pair: alone, it would become MessagePack that strict decoders refuse. */
const SURROGATE = /\\u[dD][89a-fA-F]/;

/** The codec of `fugitive.v1.json`: the same messages as text, for consoles, scripts and other languages. */
export function createJsonCodec(budget: Budget = DEFAULT_BUDGET): Codec<string> {
  return {
    binary: false,

    encode: (message: Message) => toJson(message),

    frame: (pieces) => (pieces.length === 1 ? (pieces[0] as string) : `[${pieces.join(",")}]`),

    decode(frame) {
      if (frame.length > budget.maxPayload) throw tooBig(budget);
      checkJson(frame, budget);
      let value: unknown;
      try {
        value = JSON.parse(frame);
      } catch (error) {
        throw new DecodeError("The message is no JSON.", "content", { cause: error });
      }
      return SURROGATE.test(frame) ? portable(value) : value;
    },
  };
}

/**
 * JSON of anything MessagePack can carry: binary data becomes a base64 string, a BigInt a decimal string.
 * @throws EncodeError for what cannot be written at all, like a circular structure
 */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, holdsMoreThanJson(value) ? widen : undefined) ?? "null";
  } catch (error) {
    throw new EncodeError(error);
  }
}

/** A replacer makes JSON.stringify several times slower, so it is used only where there is something to replace. */
function holdsMoreThanJson(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value !== "object" || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  if (Array.isArray(value)) return value.some(holdsMoreThanJson);
  for (const key in value) if (holdsMoreThanJson((value as Record<string, unknown>)[key])) return true;
  return false;
}

function widen(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  // a Buffer's own toJSON has already been at work on `value`: look at what was there before
  const original = (this as Record<string, unknown>)[key];
  if (ArrayBuffer.isView(original)) {
    return base64(new Uint8Array(original.buffer, original.byteOffset, original.byteLength));
  }
  return original instanceof ArrayBuffer ? base64(new Uint8Array(original)) : value;
}

/** Bytes that are written at once: a multiple of three, which base64 takes together, and not too many for one call. */
const CHUNK = 6_144;

/** Byte by byte, a megabyte would be a tenth of a second. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += btoa(Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHUNK)));
  }
  return text;
}
