/**
 * The wire protocol's vocabulary: every kind of message, one tuple type each.
 * C = client, S = server. docs/PROTOCOL.md is held against this file by a test.
 */
export const Kind = {
  /** C→S: introduces a client, optional, first where it is sent. */
  HELLO: 0,
  /** S→C: answers HELLO. */
  WELCOME: 1,
  /** Both: run a procedure of the other side. */
  CALL: 2,
  /** Both: a call's answer. */
  RESULT: 3,
  /** Both: a call's failure, or, with a null id, what was wrong with something that had no id. */
  ERROR: 4,
  /** S→C: done, and nothing to say about it but `info`. */
  ACK: 5,
  /** Both: one item of a streaming result. */
  CHUNK: 6,
  /** Both: the caller no longer wants the answer. */
  CANCEL: 7,
  /** C→S */
  SUBSCRIBE: 8,
  /** S→C */
  SUBSCRIBED: 9,
  /** C→S */
  UNSUBSCRIBE: 10,
  /** C→S */
  PUBLISH: 11,
  /** S→C: a publication. */
  EVENT: 12,
  /** S→C: somebody came to or left a channel. */
  PRESENCE: 13,
  /** Both */
  PING: 14,
  /** Both */
  PONG: 15,
  /** S→C: finish, then come back later. */
  GOAWAY: 16,
  /** C→S: a fresh token on a live connection. */
  AUTH: 17,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];

/** Bounds every name that comes from outside, in UTF-16 units. */
export const MAX_NAME_LENGTH = 255;
/** Bounds tokens, in UTF-16 units: longer than any that is of use. */
export const MAX_TOKEN_LENGTH = 16_384;
/** The channel of what the server says to a connection that has not asked for it. Nobody subscribes to it. */
export const DIRECT_CHANNEL = "$direct";
/** The largest {@link MessageId}. */
export const MAX_ID = 0xffff_ffff;
/** The largest window a caller may ask for, in items. */
export const MAX_WINDOW = 1_000_000;

/** Chosen by the caller: an unsigned 32-bit integer, unique among its calls in flight. */
export type MessageId = number;

/** The identity of a history and a place in it. */
export interface Position {
  epoch: string;
  offset: number;
}

export interface HelloOptions {
  token?: string;
  resume?: {
    session: string;
    secret: string;
    channels?: Record<string, Position | null>;
    /** Rises with each connection of a client: one that was held up on its way takes nothing from a later one. */
    turn?: number;
  };
  /** What the client says of itself, for logs. */
  client?: unknown;
}

/** What a server says first: of the client's session, of itself, and of what it takes. */
export interface WelcomeInfo {
  session: string;
  secret: string;
  resumed: boolean;
  user?: string;
  /** Name of the server's host, as configured. */
  node: string;
  /** Number of the socket worker, from 1; 0 where one process does all. */
  worker: number;
  /** A side that has heard nothing for twice this long may take the other for dead. */
  heartbeatMs: number;
  /** Largest message the server takes, in bytes. */
  maxPayload: number;
  /** Most values in one frame, a batch included; told where that is less than usual. @default 100_000 */
  maxElements?: number;
  /** Of the channels that HELLO gave a place for: what became of it. */
  channels?: Record<string, SubscribedInfo>;
}

export interface CallOptions {
  /** How long the caller will wait, in milliseconds. */
  timeoutMs?: number;
  /** Makes a retry safe: the same key from the same session runs once. */
  key?: string;
  /** Whether there are no data, where null holds their place before these options. */
  noData?: boolean;
  /** How many CHUNKs may be on their way to the caller's reader: from 1 to 1,000,000. */
  window?: number;
}

export interface SubscribeOptions {
  since?: Position;
  presence?: boolean;
}

export interface SubscribedInfo {
  /** With `offset`: where the channel's history stands. */
  epoch?: string;
  offset?: number;
  /** Whether all that was missed follows. */
  recovered?: boolean;
  /** Whether only the newest publication counts: others may be left out. */
  latest?: boolean;
}

export interface PublishOptions {
  /** Makes a retry safe: what has the same key from the same session is published once. */
  key?: string;
}

/** What is acknowledged: a publication, or a call that a queue has. */
export interface AckInfo {
  /** Of a publication. */
  offset?: number;
  /** Of a call that a queue has: as what it knows it. */
  job?: string;
}

export interface EventInfo {
  offset?: number;
  from?: string;
  /** The pattern through which this subscriber got the publication. */
  pattern?: string;
}

export type HelloMessage = [kind: typeof Kind.HELLO, options: HelloOptions];
export type WelcomeMessage = [kind: typeof Kind.WELCOME, info: WelcomeInfo];
export type CallMessage = [
  kind: typeof Kind.CALL,
  id: MessageId,
  procedure: string,
  data?: unknown,
  options?: CallOptions | null,
];
export type ResultMessage = [kind: typeof Kind.RESULT, id: MessageId, data?: unknown];
export type ErrorMessage = [
  kind: typeof Kind.ERROR,
  id: MessageId | null,
  code: string,
  message: string,
  details?: unknown,
];
export type AckMessage = [kind: typeof Kind.ACK, id: MessageId, info?: AckInfo];
export type ChunkMessage = [kind: typeof Kind.CHUNK, id: MessageId, data: unknown];
export type CancelMessage = [kind: typeof Kind.CANCEL, id: MessageId];
export type SubscribeMessage = [
  kind: typeof Kind.SUBSCRIBE,
  id: MessageId,
  channel: string,
  options?: SubscribeOptions | null,
];
export type SubscribedMessage = [kind: typeof Kind.SUBSCRIBED, id: MessageId, info: SubscribedInfo];
export type UnsubscribeMessage = [kind: typeof Kind.UNSUBSCRIBE, id: MessageId, channel: string];
export type PublishMessage = [
  kind: typeof Kind.PUBLISH,
  id: MessageId | null,
  channel: string,
  data: unknown,
  options?: PublishOptions | null,
];
export type EventMessage = [kind: typeof Kind.EVENT, channel: string, data: unknown, info?: EventInfo | null];
export type PresenceMessage = [kind: typeof Kind.PRESENCE, channel: string, change: "join" | "leave", member: unknown];
export type PingMessage = [kind: typeof Kind.PING, echo?: unknown];
export type PongMessage = [kind: typeof Kind.PONG, echo?: unknown];
export type GoawayMessage = [kind: typeof Kind.GOAWAY, reason: string, options: { reconnectAfterMs: number }];
export type AuthMessage = [kind: typeof Kind.AUTH, id: MessageId, token: string];

/** What a client may send. */
export type ClientMessage =
  | HelloMessage
  | CallMessage
  | ResultMessage
  | ErrorMessage
  | ChunkMessage
  | CancelMessage
  | SubscribeMessage
  | UnsubscribeMessage
  | PublishMessage
  | PingMessage
  | PongMessage
  | AuthMessage;

/** What a server may send. */
export type ServerMessage =
  | WelcomeMessage
  | CallMessage
  | ResultMessage
  | ErrorMessage
  | AckMessage
  | ChunkMessage
  | CancelMessage
  | SubscribedMessage
  | EventMessage
  | PresenceMessage
  | PingMessage
  | PongMessage
  | GoawayMessage;

export type Message = ClientMessage | ServerMessage;

/** The message type of one kind, e.g. `MessageOf<typeof Kind.CALL>`. */
export type MessageOf<K extends Kind> = Extract<Message, readonly [kind: K, ...rest: unknown[]]>;

/** Encoded bytes of one message or a batch: a Uint8Array on a MessagePack connection, a string on a JSON one. */
export type Frame = Uint8Array | string;

export const SUBPROTOCOL_MSGPACK = "fugitive.v1.msgpack";
export const SUBPROTOCOL_JSON = "fugitive.v1.json";
export const SUBPROTOCOLS: readonly string[] = [SUBPROTOCOL_MSGPACK, SUBPROTOCOL_JSON];
