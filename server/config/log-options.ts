import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import { option } from "./option.ts";
import { listOf, oneOf } from "./option-types.ts";

/** What is logged and counted, and how. */
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
  metricTags: option({
    env: "METRIC_TAGS",
    flag: "metric-tags",
    type: listOf("names of tags", (name) => name.length <= MAX_NAME_LENGTH),
    default: [],
    defaultText: "none",
    description: "tags by whose values /metrics counts connections",
    group: "logging",
  }),
};
