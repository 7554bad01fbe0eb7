import { availableParallelism } from "node:os";
import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { amount, budgetBytes, milliseconds, option } from "./option.ts";
import { wholeNumber } from "./option-types.ts";

/** What concerns procedures that run on compute threads. */
export const COMPUTE_OPTIONS = {
  computeThreads: option({
    env: "COMPUTE_THREADS",
    flag: "compute-threads",
    type: wholeNumber(1, 512),
    default: Math.max(1, availableParallelism() - 1),
    defaultText: "cores − 1",
    description: "most compute threads; at least 1",
    group: "compute",
  }),
  computeQueue: option({
    env: "COMPUTE_QUEUE",
    flag: "compute-queue",
    type: amount,
    default: 1000,
    description: "tasks that may wait for a thread; beyond, OVERLOADED",
    group: "compute",
  }),
  computeBudget: option({
    env: "COMPUTE_BUDGET",
    flag: "compute-budget",
    type: budgetBytes,
    default: 67_108_864,
    description: "bytes of input that may wait for a compute thread",
    group: "compute",
  }),
  computeMemory: option({
    env: "COMPUTE_MEMORY",
    flag: "compute-memory",
    type: wholeNumber(16, 1_048_576),
    default: 512,
    description: "megabytes of JavaScript heap of one thread",
    group: "compute",
  }),
  computeIdleMs: option({
    env: "COMPUTE_IDLE_MS",
    flag: "compute-idle-ms",
    type: milliseconds,
    default: 30_000,
    description: "milliseconds until a thread without work ends; one stays",
    group: "compute",
  }),
  computeGraceMs: option({
    env: "COMPUTE_GRACE_MS",
    flag: "compute-grace-ms",
    type: wholeNumber(0, MAX_TIMER_MS),
    default: 500,
    description: "milliseconds a cancelled task has before its thread ends",
    group: "compute",
  }),
};
