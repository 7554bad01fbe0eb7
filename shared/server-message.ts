import { isRecord } from "./is-record.ts";
import { type CallOptions, Kind, MAX_ID, MAX_NAME_LENGTH, MAX_WINDOW, type ServerMessage } from "./message.ts";

type Check = (value: unknown) => boolean;

const anything: Check = () => true;
const text: Check = (value) => typeof value === "string";
const name: Check = (value) => typeof value === "string" && value !== "" && value.length <= MAX_NAME_LENGTH;
const duration: Check = (value) => typeof value === "number" && value > 0 && value < Number.POSITIVE_INFINITY;
const id = whole(0, MAX_ID);
const window = whole(1, MAX_WINDOW);

/** What follows the kind in a message for a client. What is not listed may be anything, or missing. */
const SHAPES: { readonly [K in Kind]?: readonly Check[] } = {
  [Kind.WELCOME]: [isRecord],
  [Kind.CALL]: [id, name, anything, optional(callOptions)],
  [Kind.RESULT]: [id],
  [Kind.ERROR]: [optional(id), text, text],
  [Kind.ACK]: [id],
  [Kind.CHUNK]: [id],
  [Kind.CANCEL]: [id],
  [Kind.SUBSCRIBED]: [id, isRecord],
  [Kind.EVENT]: [name, anything, optional(isRecord)],
  [Kind.PRESENCE]: [name],
  [Kind.PING]: [],
  [Kind.PONG]: [],
  [Kind.GOAWAY]: [text, isRecord],
};

/**
 * Whether a decoded value is what a server may send. It agrees with `complaintAboutServerMessage`, and has no words for
 * what is wrong: a page has nobody to tell, and need not load them.
 */
export function isServerMessage(value: unknown): value is ServerMessage {
  if (!Array.isArray(value)) return false;
  const shape = typeof value[0] === "number" ? SHAPES[value[0] as Kind] : undefined;
  return shape?.every((check, index) => check(value[index + 1])) === true;
}

function whole(least: number, most: number): Check {
  return (value) => typeof value === "number" && value >= least && value <= most && Number.isInteger(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || value === null || check(value);
}

function callOptions(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const options = value as { readonly [Option in keyof CallOptions]?: unknown };
  return optional(duration)(options.timeoutMs) && optional(window)(options.window) && optional(name)(options.key);
}
