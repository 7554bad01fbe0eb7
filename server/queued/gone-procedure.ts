import type { Procedure } from "../dispatch/procedures.ts";
import type { CallMetrics } from "../metrics/call-metrics.ts";

/** Stands for a procedure that an application has no more, while calls of it that were queued before are answered. */
export function goneProcedure(name: string, metrics: CallMetrics): Procedure {
  return {
    ...{ name, metrics, run: () => undefined, timeoutMs: Number.POSITIVE_INFINITY, input: undefined, streams: false },
    ...{ idempotent: false, task: undefined, queued: undefined, rateLimit: undefined, bare: true },
  };
}
