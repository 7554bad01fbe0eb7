import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { LOOPBACK, NOBODY } from "../rates/exempt-addresses.ts";
import { isAddressRange } from "../transport/address-ranges.ts";
import { option } from "./option.ts";
import { listOf, oneOf, wholeNumber, wholeNumberOrOff } from "./option-types.ts";

const isExempt = (entry: string) => entry === LOOPBACK || entry === NOBODY || isAddressRange(entry);
const rate = wholeNumberOrOff(1, 1_000_000_000);

/** How often clients may do what they do. Those of one connection, unless something else is said. */
export const RATE_OPTIONS = {
  rateLimits: option({
    env: "RATE_LIMITS",
    flag: "rate-limits",
    type: oneOf("on", "off"),
    default: "on",
    description: "whether the rates below hold; an application's own always do",
    group: "rates",
  }),
  rateBurstMs: option({
    env: "RATE_BURST_MS",
    flag: "rate-burst-ms",
    type: wholeNumber(1, MAX_TIMER_MS),
    default: 10_000,
    description: "milliseconds' worth of each rate that may come at once",
    group: "rates",
  }),
  messageRate: option({
    env: "MESSAGE_RATE",
    flag: "message-rate",
    type: rate,
    default: 50_000,
    description: "messages of a connection in a second; beyond, close 4429",
    group: "rates",
  }),
  byteRate: option({
    env: "BYTE_RATE",
    flag: "byte-rate",
    type: rate,
    default: 16_777_216,
    description: "bytes of a connection in a second, inflated",
    group: "rates",
  }),
  callRate: option({
    env: "CALL_RATE",
    flag: "call-rate",
    type: rate,
    default: 20_000,
    description: "calls of a connection in a second; beyond, RATE_LIMITED",
    group: "rates",
  }),
  publishRate: option({
    env: "PUBLISH_RATE",
    flag: "publish-rate",
    type: rate,
    default: 20_000,
    description: "publications of a connection in a second",
    group: "rates",
  }),
  subscribeRate: option({
    env: "SUBSCRIBE_RATE",
    flag: "subscribe-rate",
    type: rate,
    default: 1_000,
    description: "subscriptions of a connection in a second",
    group: "rates",
  }),
  userRate: option({
    env: "USER_RATE",
    flag: "user-rate",
    type: rate,
    default: 40_000,
    description: "requests of a user in a second, on all its connections",
    group: "rates",
  }),
  ipRate: option({
    env: "IP_RATE",
    flag: "ip-rate",
    type: rate,
    default: 100_000,
    description: "requests from one IP address in a second",
    group: "rates",
  }),
  connectRate: option({
    env: "CONNECT_RATE",
    flag: "connect-rate",
    type: rate,
    default: 500,
    description: "connects from one IP address in a second; beyond, HTTP 429",
    group: "rates",
  }),
  connectionsPerIp: option({
    env: "CONNECTIONS_PER_IP",
    flag: "connections-per-ip",
    type: wholeNumberOrOff(1, 1_000_000),
    default: 10_000,
    description: "connections from one IP address at once; beyond, HTTP 429",
    group: "rates",
  }),
  exemptIps: option({
    env: "EXEMPT_IPS",
    flag: "exempt-ips",
    type: listOf("loopback, IP addresses, ranges like 10.0.0.0/8, or none", isExempt),
    default: ["loopback"],
    defaultText: "loopback",
    description: "addresses and networks without limits per address, or none",
    group: "rates",
  }),
};
