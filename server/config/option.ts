import type * as z from "zod";
import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { wholeNumber } from "./option-types.ts";

/** The groups of the help text, in its order. */
export const GROUPS = [
  "network",
  "tls",
  "processes",
  "compute",
  "hosts",
  "jobs",
  "authentication",
  "gateway",
  "logging",
  "limits",
  "rates",
  "time",
] as const;

/** Everything there is to know of one option; reading, checking and help are derived from it. */
export interface Option<Value> {
  /** Environment variable. */
  readonly env: string;
  /** Command line flag, without its dashes; a secret has none. */
  readonly flag: string;
  readonly type: z.ZodType<Value>;
  readonly default: NoInfer<Value>;
  /** What the help shows instead of a default that differs from machine to machine. */
  readonly defaultText?: string;
  /** Whether it is never shown, and never taken from a command line, which every user of a machine can read. */
  readonly secret?: true;
  /** One line, with units. */
  readonly description: string;
  readonly group: (typeof GROUPS)[number];
}

/** uWebSockets.js counts unsent bytes in 32 bits. */
const MAX_BYTES = 4_294_967_295;

export const bytes = wholeNumber(0, MAX_BYTES);
export const budgetBytes = wholeNumber(1, MAX_BYTES);
export const milliseconds = wholeNumber(1, MAX_TIMER_MS);
export const amount = wholeNumber(1, 1_000_000);

/** Infers an option's type. */
export function option<Value>(definition: Option<Value>): Option<Value> {
  return definition;
}
