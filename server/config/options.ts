import { AUTH_OPTIONS } from "./auth-options.ts";
import { COMPUTE_OPTIONS } from "./compute-options.ts";
import { GATEWAY_OPTIONS } from "./gateway-options.ts";
import { HOST_OPTIONS } from "./host-options.ts";
import { LIMIT_OPTIONS } from "./limit-options.ts";
import { LOG_OPTIONS } from "./log-options.ts";
import { NETWORK_OPTIONS } from "./network-options.ts";
import type { Option } from "./option.ts";
import { PROCESS_OPTIONS } from "./process-options.ts";
import { QUEUE_OPTIONS } from "./queue-options.ts";
import { RATE_OPTIONS } from "./rate-options.ts";
import { TIME_OPTIONS } from "./time-options.ts";
import { TLS_OPTIONS } from "./tls-options.ts";

/** Every option there is, in the order of the help text. */
export const OPTIONS = {
  ...NETWORK_OPTIONS,
  ...TLS_OPTIONS,
  ...PROCESS_OPTIONS,
  ...COMPUTE_OPTIONS,
  ...HOST_OPTIONS,
  ...QUEUE_OPTIONS,
  ...AUTH_OPTIONS,
  ...GATEWAY_OPTIONS,
  ...LOG_OPTIONS,
  ...LIMIT_OPTIONS,
  ...RATE_OPTIONS,
  ...TIME_OPTIONS,
};

type Options = typeof OPTIONS;

/** The name of an option, as in a file and in code. */
export type OptionKey = keyof Options;

/** Every option's value, checked. What each means stands in the table above. */
export type ConfigValues = { readonly [Key in OptionKey]: Options[Key] extends Option<infer Value> ? Value : never };

export const OPTION_KEYS = Object.keys(OPTIONS) as readonly OptionKey[];
