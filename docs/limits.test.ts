import { describe, expect, it } from "vitest";
import { OPTION_KEYS, OPTIONS, type OptionKey } from "../server/config/options.ts";
import { shownDefault } from "../server/config/options-help.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/LIMITS.md").replace(/<!--.*?-->/gs, "");

const ROWS = TEXT.split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:what |-)/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  ) as [what: string, option: string, initial: string, beyond: string][];

/** Options that limit something without being of these groups. */
const OTHERS: readonly OptionKey[] = [
  ...(["handshakeMs", "authTimeoutMs", "heartbeatMs", "callTimeoutMs", "sessionWindowMs"] as const),
  ...(["computeQueue", "computeBudget", "computeMemory"] as const),
];
/** What is no limit: it only says when the server deflates. */
const NONE: readonly OptionKey[] = ["deflateThreshold"];

/** Where a limit without an option stands, and what tries it. */
const FIXED: Readonly<Record<string, [file: string, constant: string, test: string]>> = {
  "characters of a channel's or a procedure's name, a key": [
    ...(["shared/message.ts", "MAX_NAME_LENGTH"] as const),
    "shared/validate-message.test.ts",
  ],
  "bytes that wait while HELLO is answered": [
    ...(["server/connection/inbox.ts", "MOST_HELD"] as const),
    "server/connection/backlog.test.ts",
  ],
  "items of a stream on their way to its reader": [
    ...(["shared/message.ts", "MAX_WINDOW"] as const),
    "server/dispatch/stream-window.test.ts",
  ],
  "publications that wait for a subscriber, where some may be left out": [
    ...(["server/pubsub/lane.ts", "MOST_WAITING"] as const),
    "server/pubsub/lane.test.ts",
  ],
  "characters of a session's user, of a tag and its name": [
    ...(["shared/message.ts", "MAX_NAME_LENGTH"] as const),
    "server/sessions/session-data.test.ts",
  ],
  "characters of a token": ["shared/message.ts", "MAX_TOKEN_LENGTH", "server/auth/authenticate.test.ts"],
  "users whose revocation is remembered, for a day": [
    ...(["server/auth/revocations.ts", "MOST_REVOCATIONS"] as const),
    "server/auth/revocations.test.ts",
  ],
  "tags of a session": ["server/tags/tags.ts", "MOST_TAGS", "server/sessions/session-data.test.ts"],
  "questions of a socket worker that wait for an answer": [
    ...(["server/bus/uplink.ts", "MOST_WAITING"] as const),
    "server/brokers/local-broker.test.ts",
  ],
  "sessions without a connection": [
    ...(["server/primary/away-sessions.ts", "MOST_AWAY"] as const),
    "server/primary/session-store.test.ts",
  ],
  "subscriptions of these": [
    ...(["server/primary/away-sessions.ts", "MOST_CHANNELS"] as const),
    "server/primary/session-store.test.ts",
  ],
  "calls that go on without a connection, in one worker": [
    ...(["server/sessions/claims.ts", "MOST_DETACHED"] as const),
    "server/sessions/detached-limit.test.ts",
  ],
  "users and addresses whose rates are kept": [
    ...(["server/primary/rate-desk.ts", "MOST_KEPT"] as const),
    "server/primary/rate-desk.test.ts",
  ],
  "connections that are looked at, by `/tail`": [
    ...(["server/primary/tail-desk.ts", "MOST_TAILS"] as const),
    "server/primary/tail-desk.test.ts",
  ],
  "jobs for remote workers that wait for their broker": [
    ...(["server/queues/outbox.ts", "MOST_WAITING"] as const),
    "server/queues/outbox.test.ts",
  ],
  "bytes of these": ["server/queues/outbox.ts", "MOST_WAITING_BYTES", "server/queues/outbox.test.ts"],
  "connections that wait to be dealt": ["server/primary/dealer.ts", "BACKLOG", "server/primary/dealer.test.ts"],
};

/** What tries the limit of an option. */
const TRIED: Readonly<Partial<Record<OptionKey, string>>> = {
  maxPayload: "server/protocol-undecodable.test.ts",
  maxInflateRatio: "server/rates/bytes.test.ts",
  maxDepth: "server/protocol-undecodable.test.ts",
  maxElements: "server/protocol-undecodable.test.ts",
  maxMalformed: "server/protocol-malformed.test.ts",
  connectionsPerIp: "server/rates/connect-gate.test.ts",
  connectRate: "server/rates/connect-gate.test.ts",
  maxCalls: "server/handlers/call.test.ts",
  maxChannels: "server/protocol-channels.test.ts",
  maxSubscriptions: "server/pubsub/subscription-limit.test.ts",
  sendBudget: "server/connection/slow-reader.test.ts",
  handshakeMs: "server/cluster-proxies.test.ts",
  authTimeoutMs: "server/auth/authenticate.test.ts",
  heartbeatMs: "server/connection/heartbeat.test.ts",
  callTimeoutMs: "server/handlers/call.test.ts",
  sessionWindowMs: "server/sessions/resume.test.ts",
  callRate: "server/rates/limits.test.ts",
  publishRate: "server/rates/limits.test.ts",
  subscribeRate: "server/rates/limits.test.ts",
  userRate: "server/rates/rules.test.ts",
  ipRate: "server/rates/limits.test.ts",
  byteRate: "server/rates/bytes.test.ts",
  messageRate: "server/rates/limits.test.ts",
  rateBurstMs: "server/rates/limits.test.ts",
  rateLimits: "server/rates/limits.test.ts",
  exemptIps: "server/rates/connect-gate.test.ts",
  busBudget: "server/primary/bus-flow.test.ts",
  answerBudget: "server/sessions/keys.test.ts",
  historyBudget: "server/protocol-history.test.ts",
  presenceBudget: "server/presence-refused.test.ts",
  maxPeers: "server/peers/hostile.test.ts",
  computeQueue: "server/compute/task-queue.test.ts",
  computeBudget: "server/compute/task-queue.test.ts",
  computeMemory: "server/compute/task-death.test.ts",
};

const options = ROWS.filter(([, option]) => option !== "fixed");
const fixed = ROWS.filter(([, option]) => option === "fixed");

describe("docs/LIMITS.md", () => {
  it("has every option that limits something, and no other", () => {
    const limiting = OPTION_KEYS.filter((key) => ["limits", "rates"].includes(OPTIONS[key].group)).concat(OTHERS);
    const named = new Set(options.map(([, option]) => option.slice(1, -1)));
    expect([...named].sort()).toEqual(limiting.filter((key) => !NONE.includes(key)).sort());
  });

  it.each(options)("tells the default of: %s", (_, option, initial) => {
    expect(initial).toBe(shownDefault(OPTIONS[option.slice(1, -1) as OptionKey]));
  });

  it.each(fixed)("tells the number of: %s", (what, _, initial) => {
    const [file = "", constant = "", test = ""] = FIXED[what] ?? [];
    const [, value = ""] = new RegExp(`const ${constant} = ([\\d_]+);`).exec(read(file)) ?? [];
    expect(initial.replaceAll("_", "")).toBe(value.replaceAll("_", ""));
    expect(read(test)).not.toBe("");
  });

  it.each(options)("has a limit that is tried by a test: %s", (_, option) => {
    const key = option.slice(1, -1) as OptionKey;
    expect(read(TRIED[key] ?? "package.json")).toContain(key);
  });

  it("tells the counters there are", () => {
    const counters = [...read("server/metrics.ts").matchAll(/^ {2}(\w+): number;/gm)].map(([, name]) => name);
    for (const name of [
      "rateLimited",
      "dropped",
      "flooded",
      "refusedConnects",
      "malformed",
      "undecodable",
      "ignored",
    ]) {
      expect(counters).toContain(name);
      expect(TEXT).toContain(`\`${name}\``);
    }
  });
});
