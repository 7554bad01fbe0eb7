import { join } from "node:path";
import { readNumber, readText } from "../../system/read-file.ts";

const ROOT = "/sys/fs/cgroup";

export interface CgroupLimits {
  /** Cores, in parts of one; undefined where there is no limit. */
  readonly cores: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
}

/** The folders of cgroup v2 and of its controllers in v1 that a process is in, by `/proc/self/cgroup`. */
export function parseCgroupPaths(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.+)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(",")) paths.set(controller, path);
  }
  return paths;
}

/** `150000 100000` → 1.5; `max 100000` → undefined. */
export function parseCpuMax(text: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)$/.exec(text) ?? [];
  return quota === undefined || Number(period) === 0 ? undefined : Number(quota) / Number(period);
}

/** What the cgroups of this process, and those that these are in, allow at most. */
export function cgroupLimits(): CgroupLimits {
  const paths = parseCgroupPaths(readText("/proc/self/cgroup") ?? "");
  const unified = upwards(paths.get("") ?? "/");
  const v2 = {
    cores: least(unified.map((path) => parseCpuMax(readText(join(ROOT, path, "cpu.max")) ?? ""))),
    memory: least(unified.map((path) => readNumber(join(ROOT, path, "memory.max")))),
  };
  const v1 = {
    cores: least(
      upwards(paths.get("cpu") ?? "/").map((path) => {
        const [quota, period] = ["quota", "period"].map((what) =>
          readText(join(ROOT, "cpu", path, `cpu.cfs_${what}_us`)),
        );
        return parseCpuMax(`${quota} ${period}`);
      }),
    ),
    memory: least(
      upwards(paths.get("memory") ?? "/").map((path) =>
        readNumber(join(ROOT, "memory", path, "memory.limit_in_bytes")),
      ),
    ),
  };
  return { cores: least([v2.cores, v1.cores]), memory: least([v2.memory, v1.memory]) };
}

/** `/a/b` → `/a/b`, `/a`, `/`: in a container the path may be the host's, and only the root is there. */
function upwards(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  return Array.from({ length: parts.length + 1 }, (_, left) => `/${parts.slice(0, parts.length - left).join("/")}`);
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
