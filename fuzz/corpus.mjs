import { deflateRawSync } from "node:zlib";
import { Packr } from "msgpackr";

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** A message of each kind with all that it may hold, and data of all types; what of it JSON does not have it leaves out. */
const MESSAGES = [
  [0],
  [0, { client: { name: "fuzz" }, token: "t", resume: { session: "s", secret: "x", turn: 3, channels: { a: null } } }],
  [0, { resume: { session: "s", secret: "x", channels: { "kept:a": { epoch: "e", offset: 3 }, "*": null } } }],
  [1, { session: "s", secret: "x", resumed: false, heartbeatMs: 25_000, maxPayload: 1_048_576 }],
  [2, 1, "echo", { text: "é🦊", list: [1, -2, 3.5, null, true], deep: { a: { b: [[]] } } }],
  [2, 2, "later", [1, 2], { timeoutMs: 500, key: "k", window: 5, noData: false }],
  [2, 3, "items", { count: 3 }, { window: 2 }],
  [2, 4, "wait"],
  [2, 5, "$history", ["kept:a", { limit: 5, before: 100 }]],
  [2, 6, "$presence", { channel: "here:a", count: true }],
  [2, 7, "$peers.seek", { secret: "s".repeat(20), tags: ["a"], policy: "first" }],
  [2, 8, "tags", { a: "1", b: null }],
  [3, 1, "result"],
  [4, 1, "CODE", "text", { retryAfterMs: 5 }],
  [5, 1, { offset: 3 }],
  [6, 1, "item"],
  [7, 1],
  [8, 1, "kept:a", { since: { epoch: "e", offset: 0 }, presence: true }],
  [8, 2, "here:a", { presence: true }],
  [8, 3, "any:*"],
  [9, 1, { epoch: "e", offset: 3, recovered: true }],
  [10, 1, "kept:a"],
  [11, 1, "kept:a", { any: "data" }, { key: "k" }],
  [11, null, "any:a", null],
  [12, "any:a", 1, { offset: 1, pattern: "any:*" }],
  [13, "here:a", "join", { connection: "c" }],
  [14, ["taken", 3, 1]],
  [15, ["taken", 3, 1]],
  [16, "restart", { reconnectAfterMs: 5 }],
  [17, 1, "token"],
  [
    [14, "batch"],
    [2, 9, "echo", 1],
    [11, 2, "any:a", 1],
  ],
];

const BINARY_ONLY = [
  [14, [new Uint8Array([1, 2, 3]), new Date(1_500), new Date(-5e12), 2n ** 60n, -(2n ** 62n), Number.NaN, -0]],
  [
    2,
    1,
    "echo",
    new Map([
      [1, "a"],
      [true, 2],
      ["k", null],
    ]),
  ],
];

/** Frames that make sense, to begin with. */
export const BINARY_FRAMES = [...MESSAGES, ...BINARY_ONLY].flatMap((message) => {
  const plain = Buffer.from(packr.pack(message));
  return [plain, deflated(plain)];
});

export const TEXT_FRAMES = MESSAGES.map((message) => Buffer.from(JSON.stringify(message)));

/** The deflate marker and raw DEFLATE. */
export function deflated(bytes) {
  return Buffer.concat([Buffer.of(0xc1), deflateRawSync(bytes)]);
}

export function packed(value) {
  return Buffer.from(packr.pack(value));
}
