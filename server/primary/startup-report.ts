import { OPTION_KEYS, OPTIONS } from "../config/options.ts";
import type { Config, LoadedConfig } from "../config.ts";
import type { OpenFilesLimit } from "./open-files-limit.ts";

export interface StartupFacts {
  readonly version: string;
  /** `process.version` */
  readonly node: string;
  readonly cores: number;
  /** None where the primary serves alone. */
  readonly workers: readonly { readonly number: number; readonly pid: number }[];
  readonly primaryPid: number;
  /** None where the application has no use for a compute host, or the primary is everything. */
  readonly computePid?: number | undefined;
  readonly config: LoadedConfig;
  /** URLs, or `host:port`. */
  readonly addresses: { readonly public: readonly string[]; readonly control?: string | undefined };
  /** Of one process, as `readOpenFilesLimit` tells. */
  readonly openFiles?: OpenFilesLimit | undefined;
  /** Milliseconds from the start to the moment everything was up. */
  readonly tookMs: number;
}

/** Below this a beefy machine runs out of descriptors long before anything else. */
const ENOUGH_OPEN_FILES = 65_536;
const RECOMMENDED_OPEN_FILES = 1_048_576;
/** What a process needs beside its connections: libraries, listening sockets, bus, log. */
const OWN_FILES = 64;
const LABEL_WIDTH = 11;

/** What a person at a terminal sees once everything is up. Several lines, the last one without its line break. */
export function startupReport(facts: StartupFacts): string {
  const { addresses, config, openFiles } = facts;
  return [
    `Fugitive ${facts.version} is up after ${Math.round(facts.tookMs)} ms`,
    "",
    ...section("clients", addresses.public.map(clickable)),
    ...section("control", [addresses.control === undefined ? "off" : clickable(addresses.control)]),
    ...section("processes", processes(facts)),
    ...section("machine", [`${facts.cores} ${facts.cores === 1 ? "core" : "cores"}, Node.js ${facts.node}`]),
    ...section("settings", settings(config)),
    ...(openFiles ? section("open files", openFilesAdvice(openFiles, Math.max(1, facts.workers.length))) : []),
  ].join("\n");
}

function processes({ primaryPid, computePid, workers, config }: StartupFacts): string[] {
  if (workers.length === 0) return [`one process, pid ${primaryPid}`];
  const count = `${workers.length} socket ${workers.length === 1 ? "worker" : "workers"}`;
  const pids = workers.map(({ number, pid }) => `${number} → ${pid}`);
  const lines = Array.from({ length: Math.ceil(pids.length / 8) }, (_, row) => pids.slice(row * 8, row * 8 + 8));
  const { computeThreads } = config.config;
  const most = `at most ${computeThreads} ${computeThreads === 1 ? "thread" : "threads"}`;
  const compute = computePid === undefined ? [] : [`compute host, pid ${computePid}; ${most}`];
  return [
    `primary, pid ${primaryPid}; ${count}, number → pid:`,
    ...lines.map((line) => `  ${line.join("  ")}`),
    ...compute,
  ];
}

/** What differs from the defaults, written as its source writes it. */
function settings({ config, sources, file }: LoadedConfig): string[] {
  const given = (source: string, write: (key: keyof Config) => string) => {
    const found = OPTION_KEYS.filter((key) => sources[key] === source).map(
      (key) => `${write(key)}${OPTIONS[key].secret ? "***" : config[key]}`,
    );
    return found.length === 0 ? [] : [found.join("  ")];
  };
  const lines = [
    ...given("file", (key) => `${key}: `).map((text) => `file ${file}  ${text}`),
    ...given("environment", (key) => `${OPTIONS[key].env}=`).map((text) => `environment  ${text}`),
    ...given("flag", (key) => `--${OPTIONS[key].flag}=`).map((text) => `flags  ${text}`),
    ...given("code", (key) => `${key}: `).map((text) => `code  ${text}`),
  ];
  // a file whose every value was overruled is worth a line: someone will wonder about it
  if (file !== undefined && !Object.values(sources).includes("file")) lines.unshift(`file ${file}  nothing used`);
  return lines.length === 0 ? ["defaults"] : lines;
}

function openFilesAdvice({ soft, hard }: OpenFilesLimit, processCount: number): string[] {
  const room = Math.max(0, soft - OWN_FILES);
  if (soft >= ENOUGH_OPEN_FILES) return [`${written(soft)} per process`];
  // Node.js raises the soft limit to the hard one as it starts, so the hard one is usually what is too low
  const needsRoot = hard < RECOMMENDED_OPEN_FILES ? `   (above ${written(hard)} only as root)` : "";
  const each = processCount === 1 ? "" : ` per socket worker, ${written(room * processCount)} in all`;
  return [
    `WARNING: only ${written(soft)} per process: about ${written(room)} connections${each}`,
    `in the shell, before the start:  ulimit -n ${RECOMMENDED_OPEN_FILES}${needsRoot}`,
    `in a systemd unit, [Service]:    LimitNOFILE=${RECOMMENDED_OPEN_FILES}`,
    `in /etc/security/limits.conf:    * - nofile ${RECOMMENDED_OPEN_FILES}   (then log in again)`,
  ];
}

/** Terminals open URLs on a click, but nothing listens under "every address". */
function clickable(address: string): string {
  const url = address.includes("://") ? address : `http://${address}`;
  return url.replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=[:/]|$)/, "//localhost");
}

function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : "").padEnd(LABEL_WIDTH)} ${line}`);
}

function written(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString("en-US") : "unlimited";
}
