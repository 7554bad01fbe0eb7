import { availableParallelism, hostname } from "node:os";
import { option } from "./option.ts";
import { listOf, oneOf, shortText, wholeNumber } from "./option-types.ts";

/** Socket workers at most. */
export const MOST_WORKERS = 512;

/** How many processes there are, and who serves whom. */
export const PROCESS_OPTIONS = {
  workers: option({
    env: "WORKERS",
    flag: "workers",
    type: wholeNumber(0, MOST_WORKERS),
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
  transport: option({
    env: "TRANSPORT",
    flag: "transport",
    type: oneOf("auto", "uws", "ws"),
    default: "auto",
    description: "what serves: uWebSockets.js, or ws; auto: ws where it must",
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
  hooks: option({
    env: "HOOKS",
    flag: "hooks",
    type: listOf("module files", (file) => file !== ""),
    default: [],
    defaultText: "none",
    description: "modules with code of one's own for primary and socket workers",
    group: "processes",
  }),
  simulate: option({
    env: "SIMULATE",
    flag: "simulate",
    type: wholeNumber(0, 100_000),
    default: 0,
    description: "made-up connections in each socket worker, for development",
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
};
