import { option } from "./option.ts";
import { oneOf } from "./option-types.ts";

/** What is logged, and how. */
export const LOG_OPTIONS = {
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
};
