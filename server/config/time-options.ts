import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { milliseconds, option } from "./option.ts";
import { wholeNumber } from "./option-types.ts";

/** How long things may take. */
export const TIME_OPTIONS = {
  heartbeatMs: option({
    env: "HEARTBEAT_MS",
    flag: "heartbeat-ms",
    type: milliseconds,
    default: 25_000,
    description: "milliseconds between heartbeats of a quiet connection",
    group: "time",
  }),
  handshakeMs: option({
    env: "HANDSHAKE_MS",
    flag: "handshake-ms",
    type: milliseconds,
    default: 10_000,
    description: "milliseconds for a trusted proxy to say whose a connection is",
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
    type: wholeNumber(0, MAX_TIMER_MS),
    default: 120_000,
    description: "milliseconds a session waits for its client's return",
    group: "time",
  }),
  drainMs: option({
    env: "DRAIN_MS",
    flag: "drain-ms",
    type: wholeNumber(0, MAX_TIMER_MS),
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
