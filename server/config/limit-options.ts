import { DEFAULT_BUDGET } from "../../shared/budget.ts";
import { amount, budgetBytes, bytes, option } from "./option.ts";
import { wholeNumber } from "./option-types.ts";

/** V8 has no longer string, so that longer text could never be decoded. */
const MAX_MESSAGE = 536_870_888;

/** DEFLATE makes nothing longer than this many times. */
const MOST_INFLATED = 1_032;

/** What a client, and all of them together, may cost. */
export const LIMIT_OPTIONS = {
  maxPayload: option({
    env: "MAX_PAYLOAD",
    flag: "max-payload",
    type: wholeNumber(1, MAX_MESSAGE),
    default: DEFAULT_BUDGET.maxPayload,
    description: "bytes of one message, inflated",
    group: "limits",
  }),
  maxInflateRatio: option({
    env: "MAX_INFLATE_RATIO",
    flag: "max-inflate-ratio",
    type: wholeNumber(1, MOST_INFLATED),
    default: MOST_INFLATED,
    description: "times as long as it came that a message may become, inflated",
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
  maxSubscriptions: option({
    env: "MAX_SUBSCRIPTIONS",
    flag: "max-subscriptions",
    type: wholeNumber(1, 1_000_000_000),
    default: 1_000_000,
    description: "subscriptions in one socket worker; beyond, OVERLOADED",
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
};
