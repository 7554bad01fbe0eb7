import { availableParallelism } from "node:os";
import type { Config } from "../../../server/config.ts";
import { type Check, type Finding, ok, warning } from "../check.ts";
import { cgroupLimits } from "../system/cgroup.ts";

export const cores: Check = {
  name: "cores",
  run: ({ config }) => judgeCores(availableParallelism(), cgroupLimits().cores, config),
};

/** @param limit of a container, in parts of a core */
export function judgeCores(
  seen: number,
  limit: number | undefined,
  { workers, computeThreads }: Pick<Config, "workers" | "computeThreads">,
): readonly Finding[] {
  const usable = Math.max(1, Math.floor(Math.min(seen, limit ?? seen)));
  const has = `${seen} seen${limit !== undefined && limit < seen ? `, and ${Number(limit.toFixed(2))} allowed by the cgroup` : ""}`;
  const findings: Finding[] = [];
  if (workers > usable) {
    findings.push(warning(`${has}; ${workers} socket workers take turns on them`, `set WORKERS=${usable}`));
  }
  if (computeThreads > usable) {
    findings.push(
      warning(
        `${has}; ${computeThreads} compute threads take turns on them`,
        `set COMPUTE_THREADS=${Math.max(1, usable - 1)}`,
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [ok(`${has}; socket workers: ${workers}, compute threads: ${computeThreads} at most`)];
}
