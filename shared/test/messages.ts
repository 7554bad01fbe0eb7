import { Kind } from "../message.ts";

/** A decoded value and, where it is wrong, what a complaint about it has to mention. */
export type Case = readonly [message: unknown, complaint: RegExp];

const LONGEST = "n".repeat(255);
const MAX_ID = 4_294_967_295;

/** Ids that are none. */
const BAD_IDS = [-1, 1.5, MAX_ID + 1, Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined, 5n, {}, [1], true];
/** Names of channels and procedures that are none. */
const BAD_NAMES = ["", `${LONGEST}n`, null, undefined, 5, {}, ["a"], Uint8Array.of(97)];
/** What is no object. `undefined` and null are in places nothing at all. */
const NO_RECORDS = ["text", 5, true, [], [1], Uint8Array.of(1), new Date(1)];
const NO_TEXTS = [5, null, undefined, {}, ["a"], Uint8Array.of(97)];

const badIds = (kind: number, ...rest: unknown[]): Case[] =>
  BAD_IDS.map((id) => [[kind, id, ...rest], /^An id is a whole/]);
const badNames = (what: RegExp, wrap: (name: unknown) => unknown): Case[] =>
  BAD_NAMES.map((name) => [wrap(name), what]);
const noRecords = (what: RegExp, wrap: (value: unknown) => unknown): Case[] =>
  NO_RECORDS.map((value) => [wrap(value), what]);
const noTexts = (what: RegExp, wrap: (value: unknown) => unknown): Case[] =>
  NO_TEXTS.map((value) => [wrap(value), what]);

/** Well-formed in both directions. */
const BOTH: readonly unknown[] = [
  [Kind.CALL, 0, "a"],
  [Kind.CALL, MAX_ID, LONGEST, { any: ["thing"] }],
  [Kind.CALL, 1, "a", null, null],
  [Kind.CALL, 1, "a", undefined, { timeoutMs: 0.5, key: "k" }],
  [Kind.CALL, 1, "a", 5, { timeoutMs: null, key: null, window: null, other: 1 }],
  [Kind.CALL, 1, "a", 5, { window: 1 }],
  [Kind.CALL, 1, "a", 5, { window: 1_000_000 }],
  [Kind.RESULT, 1],
  [Kind.RESULT, 1, null],
  [Kind.ERROR, 1, "CODE", "text"],
  [Kind.ERROR, null, "", "", { any: 1 }],
  [Kind.CHUNK, 1, "item"],
  [Kind.CANCEL, 1],
  [Kind.PING],
  [Kind.PING, { any: 1 }],
  [Kind.PONG],
  [Kind.PONG, "x"],
];

export const GOOD_FROM_CLIENT: readonly unknown[] = [
  ...BOTH,
  [Kind.HELLO],
  [Kind.HELLO, null],
  [Kind.HELLO, { token: "t", client: { name: "x" } }],
  [Kind.HELLO, { token: null, resume: null }],
  [Kind.HELLO, { resume: { session: "s", secret: "x", channels: {} } }],
  [Kind.SUBSCRIBE, 1, "chat:*"],
  [Kind.SUBSCRIBE, 1, "a", null],
  [Kind.SUBSCRIBE, 1, "a", { presence: true, since: { epoch: "e", offset: 0 } }],
  [Kind.SUBSCRIBE, 1, "a", { presence: null, since: null }],
  [Kind.UNSUBSCRIBE, 1, "a"],
  [Kind.PUBLISH, 1, "a", null],
  [Kind.PUBLISH, null, LONGEST, undefined],
  [Kind.AUTH, 1, "token"],
  [Kind.AUTH, 1, ""],
];

export const GOOD_FROM_SERVER: readonly unknown[] = [
  ...BOTH,
  [Kind.WELCOME, { session: "s" }],
  [Kind.ACK, 1],
  [Kind.ACK, 1, { offset: 5 }],
  [Kind.SUBSCRIBED, 1, {}],
  [Kind.EVENT, "a", undefined],
  [Kind.EVENT, "a", 1, null],
  [Kind.EVENT, "a", 1, { pattern: "*" }],
  [Kind.PRESENCE, "a", "join", { id: 1 }],
  [Kind.GOAWAY, "restart", { reconnectAfterMs: 5 }],
];

/** Wrong in both directions. */
const BAD: readonly Case[] = [
  ...[null, undefined, 5, "text", {}, { 0: 14 }, Uint8Array.of(14)].map(
    (value): Case => [value, /^A message is an array/],
  ),
  ...[undefined, null, "2", -1, 1.5, 18, 255, 1e9, Number.NaN, true, {}, 2n, "constructor"].map(
    (kind): Case => [[kind, 1, "a"], /^No message of kind .+ is taken here\.$/],
  ),
  [[], /^No message of kind undefined/],
  ...badIds(Kind.CALL, "a"),
  ...badNames(/^The procedure must be/, (name) => [Kind.CALL, 1, name]),
  ...noRecords(/^CALL's options must be an object/, (options) => [Kind.CALL, 1, "a", null, options]),
  ...[0, -5, Number.NaN, Number.POSITIVE_INFINITY, "5", true, {}].map(
    (timeoutMs): Case => [[Kind.CALL, 1, "a", null, { timeoutMs }], /^timeoutMs must be/],
  ),
  ...["", `${LONGEST}n`, 5, {}].map((key): Case => [[Kind.CALL, 1, "a", null, { key }], /^key must be/]),
  ...[0, -1, 1.5, 1_000_001, Number.NaN, Number.POSITIVE_INFINITY, "5", true, {}, 5n].map(
    (window): Case => [[Kind.CALL, 1, "a", null, { window }], /^window must be/],
  ),
  ...badIds(Kind.RESULT, 1),
  ...badIds(Kind.CHUNK, 1),
  ...badIds(Kind.CANCEL),
  // an error may be about nothing that has an id
  ...badIds(Kind.ERROR, "C", "text").filter(([message]) => (message as unknown[])[1] != null),
  ...noTexts(/^The code must be a string/, (code) => [Kind.ERROR, 1, code, "text"]),
  ...noTexts(/^The error's message must be a string/, (text) => [Kind.ERROR, 1, "C", text]),
];

export const BAD_FROM_CLIENT: readonly Case[] = [
  ...BAD,
  ...noRecords(/^HELLO's options must be an object/, (options) => [Kind.HELLO, options]),
  ...[5, true, {}, ["t"], "x".repeat(16_385)].map(
    (token): Case => [[Kind.HELLO, { token }], /^The token must be a string/],
  ),
  ...noRecords(/^resume must be an object/, (resume) => [Kind.HELLO, { resume }]),
  ...badNames(/^resume.session must be/, (session) => [Kind.HELLO, { resume: { session, secret: "x" } }]),
  ...badNames(/^resume.secret must be/, (secret) => [Kind.HELLO, { resume: { session: "s", secret } }]),
  ...noRecords(/^resume.channels must be an object/, (channels) => [
    Kind.HELLO,
    { resume: { session: "s", secret: "x", channels } },
  ]),
  ...badIds(Kind.SUBSCRIBE, "a"),
  ...badNames(/^The channel must be/, (name) => [Kind.SUBSCRIBE, 1, name]),
  ...noRecords(/^SUBSCRIBE's options must be/, (options) => [Kind.SUBSCRIBE, 1, "a", options]),
  ...[1, "yes", {}].map((presence): Case => [[Kind.SUBSCRIBE, 1, "a", { presence }], /^presence must be a boolean/]),
  ...noRecords(/^since must be an object/, (since) => [Kind.SUBSCRIBE, 1, "a", { since }]),
  ...[-1, 1.5, 2 ** 53, "1", null, undefined].map(
    (offset): Case => [[Kind.SUBSCRIBE, 1, "a", { since: { epoch: "e", offset } }], /^since.offset must be/],
  ),
  ...badNames(/^since.epoch must be/, (epoch) => [Kind.SUBSCRIBE, 1, "a", { since: { epoch, offset: 1 } }]),
  ...badIds(Kind.UNSUBSCRIBE, "a"),
  ...badNames(/^The channel must be/, (name) => [Kind.UNSUBSCRIBE, 1, name]),
  // a publication may go without an answer
  ...badIds(Kind.PUBLISH, "a", 1).filter(([message]) => (message as unknown[])[1] != null),
  ...badNames(/^The channel must be/, (name) => [Kind.PUBLISH, 1, name, "data"]),
  [[Kind.PUBLISH, 1, "a"], /^A publication needs its data/],
  ...badIds(Kind.AUTH, "token"),
  ...noTexts(/^The token must be a string/, (token) => [Kind.AUTH, 1, token]),
  ...[Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PUBLISH].map(
    (kind): Case => [[kind, 1, "a\ud800", null], /^The channel must be well-formed/],
  ),
  ...[Kind.WELCOME, Kind.ACK, Kind.SUBSCRIBED, Kind.EVENT, Kind.PRESENCE, Kind.GOAWAY].map(
    (kind): Case => [[kind, 1, {}], /^No message of kind/],
  ),
];

export const BAD_FROM_SERVER: readonly Case[] = [
  ...BAD,
  ...[...NO_RECORDS, null, undefined].map((info): Case => [[Kind.WELCOME, info], /^WELCOME's second element must be/]),
  ...badIds(Kind.ACK),
  ...badIds(Kind.SUBSCRIBED, {}),
  ...[...NO_RECORDS, null, undefined].map((info): Case => [[Kind.SUBSCRIBED, 1, info], /^SUBSCRIBED's third element/]),
  ...badNames(/^The channel must be/, (name) => [Kind.EVENT, name, 1]),
  ...noRecords(/^EVENT's last element must be/, (info) => [Kind.EVENT, "a", 1, info]),
  ...badNames(/^The channel must be/, (name) => [Kind.PRESENCE, name, "join", 1]),
  ...noTexts(/^The reason must be a string/, (reason) => [Kind.GOAWAY, reason, {}]),
  ...[...NO_RECORDS, null, undefined].map((options): Case => [[Kind.GOAWAY, "r", options], /^GOAWAY's last element/]),
  ...[Kind.HELLO, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PUBLISH, Kind.AUTH].map(
    (kind): Case => [[kind, 1, "a", 1], /^No message of kind/],
  ),
];
