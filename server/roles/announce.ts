import { availableParallelism } from "node:os";
import type { LoadedConfig } from "../config.ts";
import type { Logger } from "../logger.ts";
import { readOpenFilesLimit } from "../primary/open-files-limit.ts";
import { startupReport } from "../primary/startup-report.ts";
import { readVersion } from "../version.ts";

export interface Announcement {
  readonly configuration: LoadedConfig;
  /** The port that was opened for clients. */
  readonly port: number;
  readonly controlPort?: number | undefined;
  readonly workers: readonly { readonly number: number; readonly pid: number }[];
  /** The compute host's process, where there is one. */
  readonly computePid?: number | undefined;
  /** When the start began, by `performance.now()`. */
  readonly started: number;
}

/** Tells that all is up: people at a terminal at length, machines in a record. */
export function announce(log: Logger, announcement: Announcement): void {
  const { configuration, port, controlPort, workers, computePid, started } = announcement;
  const { host, controlHost, cert } = configuration.config;
  const version = readVersion();
  const tookMs = Math.round(performance.now() - started);
  const addresses = {
    public: [`${cert === "" ? "http" : "https"}://${shown(host)}:${port}`],
    control: controlPort === undefined ? undefined : `http://${shown(controlHost)}:${controlPort}`,
  };
  if (!process.stdout.isTTY) {
    log.info({ version, primary_pid: process.pid, workers, compute_pid: computePid, addresses, tookMs }, "serving");
    return;
  }
  const report = startupReport({
    version,
    node: process.version,
    cores: availableParallelism(),
    workers,
    computePid,
    primaryPid: process.pid,
    config: configuration,
    addresses,
    openFiles: readOpenFilesLimit(),
    tookMs,
  });
  process.stdout.write(`${report}\n`);
}

/** An address to click on: nobody can connect to "all of them". */
function shown(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
