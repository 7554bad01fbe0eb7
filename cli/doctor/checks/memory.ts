import { totalmem } from "node:os";
import type { Config } from "../../../server/config.ts";
import { type Check, ok, warning } from "../check.ts";
import { cgroupLimits } from "../system/cgroup.ts";
import { size } from "../words.ts";

const MEBIBYTE = 1_048_576;
/** What a process of Node.js has before it serves anybody. */
const PROCESS_BYTES = 64 * MEBIBYTE;

export const memory: Check = {
  name: "memory",
  run: ({ config }) => [judgeMemory(totalmem(), cgroupLimits().memory, config)],
};

type Budgets = Pick<
  Config,
  "workers" | "historyBudget" | "presenceBudget" | "answerBudget" | "computeThreads" | "computeMemory"
>;

export function judgeMemory(total: number, limit: number | undefined, config: Budgets) {
  const usable = Math.min(total, limit ?? total);
  const processes = (config.workers + 2) * PROCESS_BYTES;
  const kept = config.historyBudget + config.presenceBudget + config.answerBudget;
  const threads = config.computeThreads * config.computeMemory * MEBIBYTE;
  const has = `${size(usable)}${limit !== undefined && limit < total ? " allowed by the cgroup" : ""}`;
  const needs = `processes ${size(processes)}, budgets of what is kept ${size(kept)}, heaps of compute threads ${size(threads)} at most`;
  if (processes + kept + threads <= usable) return ok(`${has}; ${needs}`);
  const remedy =
    "lower COMPUTE_MEMORY, COMPUTE_THREADS, HISTORY_BUDGET, PRESENCE_BUDGET or ANSWER_BUDGET, or allow more";
  return warning(`${has} is less than could be used at once: ${needs}`, remedy);
}
