import { isRecord } from "./is-record.ts";
import {
  type CallOptions,
  type ClientMessage,
  type HelloOptions,
  Kind,
  MAX_ID,
  MAX_NAME_LENGTH,
  MAX_TOKEN_LENGTH,
  MAX_WINDOW,
  type ServerMessage,
} from "./message.ts";

/** Says what is wrong with a message's shape, or nothing where all is well. */
type Validator = (message: readonly unknown[]) => string | undefined;

/** CALL's options, before anything is known of them. */
type Unchecked = { readonly [Option in keyof CallOptions]?: unknown };
/** The same of HELLO's `resume`. */
type Unsure = { readonly [Option in keyof NonNullable<HelloOptions["resume"]>]?: unknown };

/** What a server takes, by kind. A kind that is not here is none of a server's business. */
const FROM_CLIENT = table({
  [Kind.HELLO]: hello,
  [Kind.CALL]: call,
  [Kind.RESULT]: answer,
  [Kind.ERROR]: error,
  [Kind.CHUNK]: answer,
  [Kind.CANCEL]: answer,
  [Kind.SUBSCRIBE]: subscribe,
  [Kind.UNSUBSCRIBE]: (message) => id(message[1]) ?? channel(message[2]),
  [Kind.PUBLISH]: publish,
  [Kind.PING]: anything,
  [Kind.PONG]: anything,
  [Kind.AUTH]: (message) => id(message[1]) ?? credential(message[2]),
});

/** What a client takes, by kind. */
const FROM_SERVER = table({
  [Kind.WELCOME]: (message) => record(message[1], "WELCOME's second element"),
  [Kind.CALL]: call,
  [Kind.RESULT]: answer,
  [Kind.ERROR]: error,
  [Kind.ACK]: answer,
  [Kind.CHUNK]: answer,
  [Kind.CANCEL]: answer,
  [Kind.SUBSCRIBED]: (message) => id(message[1]) ?? record(message[2], "SUBSCRIBED's third element"),
  [Kind.EVENT]: (message) => name(message[1], "the channel") ?? optionalRecord(message[3], "EVENT's last element"),
  [Kind.PRESENCE]: (message) => name(message[1], "the channel"),
  [Kind.PING]: anything,
  [Kind.PONG]: anything,
  [Kind.GOAWAY]: (message) => text(message[1], "the reason") ?? record(message[2], "GOAWAY's last element"),
});

/**
 * Checks what a client sent, after decoding and before anything is done about it.
 * @returns what is wrong, in words for the sender, or undefined where the value is a {@link ClientMessage}.
 */
export function complaintAboutClientMessage(value: unknown): string | undefined {
  return complaint(value, FROM_CLIENT);
}

/** The same for what a server sent: undefined where the value is a {@link ServerMessage}, of which `isServerMessage` tells without words. */
export function complaintAboutServerMessage(value: unknown): string | undefined {
  return complaint(value, FROM_SERVER);
}

/** Type guard on {@link complaintAboutClientMessage}, where the words do not matter. */
export function isClientMessage(value: unknown): value is ClientMessage {
  return complaint(value, FROM_CLIENT) === undefined;
}

/** What stands second in these is no id of the sender's: answers carry the other side's, the rest has none. */
const NO_REQUESTS: ReadonlySet<unknown> = new Set([
  ...[Kind.HELLO, Kind.WELCOME, Kind.RESULT, Kind.ERROR, Kind.ACK, Kind.CHUNK, Kind.SUBSCRIBED],
  ...[Kind.EVENT, Kind.PRESENCE, Kind.PING, Kind.PONG, Kind.GOAWAY],
]);

/**
 * The id of something malformed, where one can be read: a complaint should reach the request it is about, and no
 * other. A malformed answer to call 7 of ours must not fail call 7 of theirs.
 */
export function readId(value: unknown): number | null {
  return Array.isArray(value) && !NO_REQUESTS.has(value[0]) && isId(value[1]) ? value[1] : null;
}

function complaint(value: unknown, validators: readonly (Validator | undefined)[]): string | undefined {
  if (!Array.isArray(value)) return "A message is an array that begins with its kind.";
  const kind: unknown = value[0];
  const validate = typeof kind === "number" ? validators[kind] : undefined;
  if (validate === undefined) return `No message of kind ${describe(kind)} is taken here.`;
  return validate(value);
}

function table(validators: Partial<Record<Kind, Validator>>): readonly (Validator | undefined)[] {
  return Array.from({ length: Kind.AUTH + 1 }, (_, kind) => validators[kind as Kind]);
}

function call(message: readonly unknown[]): string | undefined {
  if (!isId(message[1])) return id(message[1]);
  if (!isName(message[2])) return name(message[2], "the procedure");
  const options = message[4];
  if (options === undefined || options === null) return undefined;
  return record(options, "CALL's options") ?? callOptions(options as Unchecked);
}

function callOptions({ timeoutMs, key, window }: Unchecked): string | undefined {
  if (timeoutMs !== undefined && timeoutMs !== null && !isDuration(timeoutMs)) {
    return "timeoutMs must be a number of milliseconds above 0.";
  }
  if (window !== undefined && window !== null && !isWindow(window)) {
    return `window must be a whole number from 1 to ${MAX_WINDOW}.`;
  }
  return optionalKey(key);
}

function answer(message: readonly unknown[]): string | undefined {
  return id(message[1]);
}

function error(message: readonly unknown[]): string | undefined {
  return optionalId(message[1]) ?? text(message[2], "the code") ?? text(message[3], "the error's message");
}

function hello(message: readonly unknown[]): string | undefined {
  const options = message[1];
  if (options === undefined || options === null) return undefined;
  const wrong = record(options, "HELLO's options");
  if (wrong !== undefined) return wrong;
  const { token, resume } = options as { token?: unknown; resume?: unknown };
  const bad = token === undefined || token === null ? undefined : credential(token);
  if (bad !== undefined) return bad;
  if (resume === undefined || resume === null) return undefined;
  return record(resume, "resume") ?? resumption(resume as Unsure);
}

function resumption({ session, secret, channels, turn }: Unsure): string | undefined {
  if (turn !== undefined && turn !== null && !isCount(turn)) return "resume.turn must be a whole number from 0.";
  const wrong =
    name(session, "resume.session") ?? name(secret, "resume.secret") ?? optionalRecord(channels, "resume.channels");
  if (wrong !== undefined || channels === undefined || channels === null) return wrong;
  for (const [key, since] of Object.entries(channels)) {
    const amiss = channel(key) ?? (since === null ? undefined : (record(since, "since") ?? position(Object(since))));
    if (amiss !== undefined) return amiss;
  }
  return undefined;
}

function subscribe(message: readonly unknown[]): string | undefined {
  const wrong = id(message[1]) ?? channel(message[2]) ?? optionalRecord(message[3], "SUBSCRIBE's options");
  if (wrong !== undefined || message[3] === undefined || message[3] === null) return wrong;
  const { since, presence } = message[3] as { since?: unknown; presence?: unknown };
  if (presence !== undefined && presence !== null && typeof presence !== "boolean")
    return "presence must be a boolean.";
  if (since === undefined || since === null) return undefined;
  return record(since, "since") ?? position(since as { epoch?: unknown; offset?: unknown });
}

function position({ epoch, offset }: { epoch?: unknown; offset?: unknown }): string | undefined {
  if (!isCount(offset)) return "since.offset must be a whole number from 0.";
  return name(epoch, "since.epoch");
}

function publish(message: readonly unknown[]): string | undefined {
  const wrong = optionalId(message[1]) ?? channel(message[2]);
  if (wrong !== undefined) return wrong;
  if (message.length < 4) return "A publication needs its data, be it null.";
  const options = message[4];
  if (options === undefined || options === null) return undefined;
  return record(options, "PUBLISH's options") ?? optionalKey((options as Unchecked).key);
}

function optionalKey(key: unknown): string | undefined {
  return key === undefined || key === null ? undefined : name(key, "key");
}

function credential(token: unknown): string | undefined {
  if (typeof token === "string" && token.length <= MAX_TOKEN_LENGTH) return undefined;
  return `The token must be a string of at most ${MAX_TOKEN_LENGTH} characters.`;
}

function anything(): undefined {
  return undefined;
}

function isId(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MAX_ID && Number.isInteger(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}

function isWindow(value: unknown): boolean {
  return typeof value === "number" && value >= 1 && value <= MAX_WINDOW && Number.isInteger(value);
}

/** Infinity is none: MessagePack has it, JSON reads 1e999 as it, and no wait may last that long. */
function isDuration(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < Number.POSITIVE_INFINITY;
}

function id(value: unknown): string | undefined {
  return isId(value) ? undefined : `An id is a whole number from 0 to ${MAX_ID}, not ${describe(value)}.`;
}

function optionalId(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : id(value);
}

function name(value: unknown, what: string): string | undefined {
  return isName(value) ? undefined : `${sentence(what)} must be a string of 1 to ${MAX_NAME_LENGTH} characters.`;
}

/** A channel's name travels on to other clients, and a strict decoder refuses what is no well-formed Unicode. */
function channel(value: unknown): string | undefined {
  if (!isName(value)) return name(value, "the channel");
  return value.isWellFormed() ? undefined : "The channel must be well-formed Unicode.";
}

function text(value: unknown, what: string): string | undefined {
  return typeof value === "string" ? undefined : `${sentence(what)} must be a string.`;
}

function record(value: unknown, what: string): string | undefined {
  return isRecord(value) ? undefined : `${sentence(what)} must be an object.`;
}

function optionalRecord(value: unknown, what: string): string | undefined {
  return value === undefined || value === null ? undefined : record(value, what);
}

function sentence(what: string): string {
  return what.startsWith("the ") ? `T${what.slice(1)}` : what;
}

/** Names a value from outside without repeating more than a few characters of it. */
function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (typeof value === "string") return JSON.stringify(value.slice(0, 20));
  return Array.isArray(value) ? "an array" : typeof value;
}
