import type { GatewayEvent } from "./gateway-event.ts";
import type { JsonValues } from "./json-variables.ts";

/** A name of a stream, or a routing key, that depends on the event. */
export interface Template {
  readonly text: string;
  /** Names of JSON variables in it; where there are none, no message need be parsed. */
  readonly jsonNames: readonly string[];
  /** @param tags all tags of the connection, whether they ride along or not */
  render(event: GatewayEvent, tags: Readonly<Record<string, string>>, json: JsonValues): string;
}

/** An AMQP routing key has no more, in bytes; for names of streams this is enough as well. */
export const MAX_NAME_BYTES = 255;
/** A longer value counts as missing, in characters as they are written out; less where a template has many variables. */
const MAX_VALUE_LENGTH = 64;
const MIN_VALUE_LENGTH = 16;
const MISSING = "_";
const VARIABLE =
  /^(connection|path|action|type|shard\.[1-9]\d{0,3}|tag\.[A-Za-z0-9_.-]{1,64}|json\.[A-Za-z0-9_]{1,64})$/;
const KNOWN = "{connection}, {path}, {action}, {type}, {shard.N}, {tag.NAME} or {json.NAME}";

type Read = (event: GatewayEvent, tags: Readonly<Record<string, string>>, json: JsonValues) => string | undefined;
/** Text as it is, or a variable and what stands there without a value. */
type Part = string | { readonly read: Read; readonly missing: string };

/**
 * Compiles a template such as `command-{json.command:unknown}`: variables in braces, with what stands for a missing value
 * behind a colon (`_` where nothing does).
 *
 * Values come from outside, so they are one word each: letters, digits, `_` and `-` stay, all else is percent-encoded. A
 * dot in a tag makes no second word of a routing key, and no two values become the same. Only the parts of `{path}` are
 * words of their own: `/chat/room` is `chat.room`. What is empty or too long counts as missing. No result is longer than
 * {@link MAX_NAME_BYTES}.
 *
 * @throws RangeError where the text is no template, with what is wrong
 */
export function compileTemplate(text: string): Template {
  const wrong = (why: string): RangeError => new RangeError(`The template "${text}" cannot be used: ${why}.`);
  // every other piece is what stood in braces
  const pieces = text.split(/\{([^{}]*)\}/);
  const jsonNames: string[] = [];
  const parts: Part[] = pieces.map((piece, place) => {
    if (place % 2 === 0) {
      if (/[{}]/.test(piece)) throw wrong("a brace has no partner");
      return piece;
    }
    const [, name = "", missing = MISSING] = /^([^:]*)(?::(.*))?$/s.exec(piece) ?? [];
    if (!VARIABLE.test(name)) throw wrong(`{${piece}} is not one of ${KNOWN}`);
    if (name.startsWith("json.")) jsonNames.push(name.slice("json.".length));
    return { read: reader(name), missing };
  });
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw wrong("it has control characters");
  const variables = parts.filter((part) => typeof part !== "string");
  const literal = Buffer.byteLength(parts.filter((part) => typeof part === "string").join(""));
  const limit = Math.min(MAX_VALUE_LENGTH, Math.floor((MAX_NAME_BYTES - literal) / Math.max(1, variables.length)));
  if (literal > MAX_NAME_BYTES || (variables.length > 0 && limit < MIN_VALUE_LENGTH)) throw wrong("it is too long");
  for (const { missing } of variables) {
    if (Buffer.byteLength(missing) > limit) throw wrong(`"${missing}" is longer than ${limit} bytes`);
  }
  if (variables.length === 0) return { text, jsonNames, render: () => text };
  return {
    text,
    jsonNames,
    render(event, tags, json) {
      let name = "";
      for (const part of parts) {
        if (typeof part === "string") name += part;
        else {
          const value = part.read(event, tags, json);
          name += value === undefined || value === "" || value.length > limit ? part.missing : value;
        }
      }
      return name;
    },
  };
}

function reader(name: string): Read {
  const [kind, rest] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)];
  switch (kind) {
    case "tag":
      return (_event, tags) => (Object.hasOwn(tags, rest) ? word(tags[rest]) : undefined);
    case "json":
      return (_event, _tags, json) => word(json.get(rest));
    case "shard":
      return ({ connection }) => String(hash(connection) % Number(rest));
    default:
      return NAMED[name as keyof typeof NAMED];
  }
}

const NAMED = {
  connection: ({ connection }) => word(connection),
  path: ({ path }) => words(path),
  action: ({ action }) => action,
  type: ({ type }) => type,
} as const satisfies Record<string, (event: GatewayEvent) => string | undefined>;

/** Longer ones are not even looked at. */
const MAX_RAW_LENGTH = 256;

function word(value: string | undefined): string | undefined {
  if (value === undefined || value.length > MAX_RAW_LENGTH) return undefined;
  if (/^[A-Za-z0-9_-]*$/.test(value)) return value;
  return encodeURIComponent(value.toWellFormed()).replaceAll(
    /[.!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function words(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => word(part) ?? MISSING)
    .join(".");
}

/** FNV-1a: the same in every process, and even enough. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state >>> 0;
}
