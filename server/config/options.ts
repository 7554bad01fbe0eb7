import { availableParallelism, hostname } from "node:os";
import { DEFAULT_BUDGET } from "../../shared/budget.ts";
import { COMPUTE_OPTIONS } from "./compute-options.ts";
import { amount, budgetBytes, bytes, MAX_MS, milliseconds, type Option, option } from "./option.ts";
import { hostAddress, oneOf, shortText, wholeNumber, wholeNumberOrOff } from "./option-types.ts";

/** V8 has no longer string, so that longer text could never be decoded. */
const MAX_MESSAGE = 536_870_888;

export const OPTIONS = {
  port: option({
    env: "PORT",
    flag: "port",
    type: wholeNumber(0, 65_535),
    default: 8080,
    description: "port of clients; 0 takes any free one",
    group: "network",
  }),
  host: option({
    env: "HOST",
    flag: "host",
    type: hostAddress(),
    default: "0.0.0.0",
    description: "address that clients reach; 0.0.0.0 is every IPv4 address",
    group: "network",
  }),
  controlPort: option({
    env: "CONTROL_PORT",
    flag: "control-port",
    type: wholeNumberOrOff(0, 65_535),
    default: 8081,
    description: "port of the control API; 0 takes any free one, off has none",
    group: "network",
  }),
  controlHost: option({
    env: "CONTROL_HOST",
    flag: "control-host",
    type: hostAddress(),
    default: "127.0.0.1",
    description: "address of the control API, which trusts whoever reaches it",
    group: "network",
  }),
  workers: option({
    env: "WORKERS",
    flag: "workers",
    type: wholeNumber(0, 512),
    default: availableParallelism(),
    defaultText: "one per core",
    description: "socket workers; 0 serves from one single process",
    group: "processes",
  }),
  balance: option({
    env: "BALANCE",
    flag: "balance",
    type: oneOf("round-robin", "kernel"),
    default: "round-robin",
    description: "who spreads connections: the primary in turn, or the kernel",
    group: "processes",
  }),
  rebalance: option({
    env: "REBALANCE",
    flag: "rebalance",
    type: oneOf("on", "off"),
    default: "on",
    description: "whether connections move to socket workers that have few",
    group: "processes",
  }),
  node: option({
    env: "NODE_NAME",
    flag: "node",
    type: shortText(255),
    default: hostname() || "localhost",
    defaultText: "host name",
    description: "name of this host for clients, logs and metrics",
    group: "processes",
  }),
  ...COMPUTE_OPTIONS,
  logLevel: option({
    env: "LOG_LEVEL",
    flag: "log-level",
    type: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
    default: "info",
    description: "least level: trace, debug, info, warn, error, fatal, silent",
    group: "logging",
  }),
  logFormat: option({
    env: "LOG_FORMAT",
    flag: "log-format",
    type: oneOf("auto", "pretty", "json"),
    default: "auto",
    description: "pretty, json, or auto: pretty on a terminal, else json",
    group: "logging",
  }),
  maxPayload: option({
    env: "MAX_PAYLOAD",
    flag: "max-payload",
    type: wholeNumber(1, MAX_MESSAGE),
    default: DEFAULT_BUDGET.maxPayload,
    description: "bytes of one message, inflated",
    group: "limits",
  }),
  maxDepth: option({
    env: "MAX_DEPTH",
    flag: "max-depth",
    type: wholeNumber(1, 1000),
    default: DEFAULT_BUDGET.maxDepth,
    description: "arrays and objects inside one another in one message",
    group: "limits",
  }),
  maxElements: option({
    env: "MAX_ELEMENTS",
    flag: "max-elements",
    type: wholeNumber(1, MAX_MESSAGE),
    default: DEFAULT_BUDGET.maxElements,
    description: "values in one message, keys included",
    group: "limits",
  }),
  deflateThreshold: option({
    env: "DEFLATE_THRESHOLD",
    flag: "deflate-threshold",
    type: bytes,
    default: 1024,
    description: "bytes above which a message to a client is deflated",
    group: "limits",
  }),
  maxChannels: option({
    env: "MAX_CHANNELS",
    flag: "max-channels",
    type: amount,
    default: 1000,
    description: "channels that one connection may subscribe to",
    group: "limits",
  }),
  maxCalls: option({
    env: "MAX_CALLS",
    flag: "max-calls",
    type: amount,
    default: 1000,
    description: "calls of one connection in flight",
    group: "limits",
  }),
  maxMalformed: option({
    env: "MAX_MALFORMED",
    flag: "max-malformed",
    type: amount,
    default: 5,
    description: "malformed messages per heartbeat before close 4400",
    group: "limits",
  }),
  sendBudget: option({
    env: "SEND_BUDGET",
    flag: "send-budget",
    type: budgetBytes,
    default: 4_194_304,
    description: "unsent bytes until a slow reader is closed (4508)",
    group: "limits",
  }),
  busBudget: option({
    env: "BUS_BUDGET",
    flag: "bus-budget",
    type: budgetBytes,
    default: 67_108_864,
    description: "unsent bytes of one link between two processes",
    group: "limits",
  }),
  answerBudget: option({
    env: "ANSWER_BUDGET",
    flag: "answer-budget",
    type: budgetBytes,
    default: 67_108_864,
    description: "bytes of answers kept for retries with the same key",
    group: "limits",
  }),
  historyBudget: option({
    env: "HISTORY_BUDGET",
    flag: "history-budget",
    type: budgetBytes,
    default: 134_217_728,
    description: "bytes of publications kept, those of all channels",
    group: "limits",
  }),
  presenceBudget: option({
    env: "PRESENCE_BUDGET",
    flag: "presence-budget",
    type: budgetBytes,
    default: 268_435_456,
    description: "bytes of who is in channels; beyond, OVERLOADED",
    group: "limits",
  }),
  maxPeers: option({
    env: "MAX_PEERS",
    flag: "max-peers",
    type: amount,
    default: 10_000,
    description: "peers that seek or are paired at once; beyond, OVERLOADED",
    group: "limits",
  }),
  heartbeatMs: option({
    env: "HEARTBEAT_MS",
    flag: "heartbeat-ms",
    type: milliseconds,
    default: 25_000,
    description: "milliseconds between heartbeats of a quiet connection",
    group: "time",
  }),
  callTimeoutMs: option({
    env: "CALL_TIMEOUT_MS",
    flag: "call-timeout-ms",
    type: milliseconds,
    default: 30_000,
    description: "milliseconds a call may take",
    group: "time",
  }),
  sessionWindowMs: option({
    env: "SESSION_WINDOW_MS",
    flag: "session-window-ms",
    type: wholeNumber(0, MAX_MS),
    default: 120_000,
    description: "milliseconds a session waits for its client's return",
    group: "time",
  }),
  drainMs: option({
    env: "DRAIN_MS",
    flag: "drain-ms",
    type: wholeNumber(0, MAX_MS),
    default: 5000,
    description: "milliseconds for connections to finish at a shutdown",
    group: "time",
  }),
  healthcheckMs: option({
    env: "HEALTHCHECK_MS",
    flag: "healthcheck-ms",
    type: milliseconds,
    default: 2000,
    description: "milliseconds the health check of an app may take",
    group: "time",
  }),
};

type Options = typeof OPTIONS;

/** The name of an option, as in a file and in code. */
export type OptionKey = keyof Options;

/** Every option's value, checked. What each means stands in the table above. */
export type ConfigValues = { readonly [Key in OptionKey]: Options[Key] extends Option<infer Value> ? Value : never };

export const OPTION_KEYS = Object.keys(OPTIONS) as readonly OptionKey[];
