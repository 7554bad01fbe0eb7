import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../config.ts";
import { readOpenFilesLimit } from "./open-files-limit.ts";
import { type StartupFacts, startupReport } from "./startup-report.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fugitive-report-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const FACTS: StartupFacts = {
  version: "1.2.3",
  node: "v20.0.0",
  cores: 8,
  workers: [
    { number: 1, pid: 4711 },
    { number: 2, pid: 4712 },
  ],
  primaryPid: 4710,
  config: loadConfig({}),
  addresses: { public: ["http://localhost:8080"], control: "http://127.0.0.1:8081" },
  openFiles: { soft: 1_048_576, hard: 1_048_576 },
  tookMs: 412.4,
};

describe("the start-up report", () => {
  it("tells a person all there is to know", () => {
    expect(startupReport(FACTS)).toBe(`Fugitive 1.2.3 is up after 412 ms

  clients     http://localhost:8080
  control     http://127.0.0.1:8081
  processes   primary, pid 4710; 2 socket workers, number → pid:
                1 → 4711  2 → 4712
  machine     8 cores, Node.js v20.0.0
  settings    defaults
  open files  1,048,576 per process`);
  });

  it("tells of one process where the primary serves alone", () => {
    expect(startupReport({ ...FACTS, workers: [], cores: 1 })).toMatch(/one process, pid 4710\n {2}machine +1 core, /);
  });

  it("names the compute host, and as many threads as it may have", () => {
    const config = (computeThreads: number) => loadConfig({ overrides: { computeThreads } });
    const lines = (computeThreads: number) =>
      startupReport({ ...FACTS, computePid: 4713, config: config(computeThreads) }).split("\n");
    expect(lines(7).slice(4, 8)).toEqual([
      "  processes   primary, pid 4710; 2 socket workers, number → pid:",
      "                1 → 4711  2 → 4712",
      "              compute host, pid 4713; at most 7 threads",
      "  machine     8 cores, Node.js v20.0.0",
    ]);
    expect(lines(1)).toContain("              compute host, pid 4713; at most 1 thread");
  });

  it("does not mention a compute host where there is none", () => {
    expect(startupReport(FACTS)).not.toContain("compute");
  });

  it("breaks the line of many workers", () => {
    const workers = Array.from({ length: 20 }, (_, index) => ({ number: index + 1, pid: 5000 + index }));
    const report = startupReport({ ...FACTS, workers });
    expect(report).toContain("20 socket workers");
    expect(report).toMatch(/8 → 5007\n +9 → 5008/);
    expect(report).toContain("20 → 5019");
  });

  it("makes addresses such that a click opens them", () => {
    const addresses = { public: ["0.0.0.0:9000", "https://[::]:9001/", "http://10.0.0.1:9000"] };
    const report = startupReport({ ...FACTS, addresses });
    expect(report).toContain("  clients     http://localhost:9000\n              https://localhost:9001/\n");
    expect(report).toContain("http://10.0.0.1:9000");
    expect(report).toMatch(/^ {2}control +off$/m);
  });

  it("names each changed setting as its source writes it", () => {
    const path = join(folder, "mine.json");
    writeFileSync(path, '{"maxCalls":7,"port":1}');
    const config = loadConfig({
      env: { FUGITIVE_CONFIG: path, WORKERS: "3" },
      argv: ["--port", "9000", "--log-level=debug"],
      overrides: { drainMs: 1 },
    });
    expect(startupReport({ ...FACTS, config })).toContain(
      [
        `  settings    file ${path}  maxCalls: 7`,
        "environment  WORKERS=3",
        "flags  --port=9000  --log-level=debug",
        "code  drainMs: 1",
      ].join("\n              "),
    );
  });

  it("mentions a file of which nothing counted", () => {
    const path = join(folder, "mine.json");
    writeFileSync(path, '{"port":1}');
    const config = loadConfig({ argv: ["--config", path, "--port", "2"] });
    expect(startupReport({ ...FACTS, config })).toContain(`settings    file ${path}  nothing used\n`);
  });

  it("leaves out open files where the limit is not known", () => {
    const { openFiles: _, ...facts } = FACTS;
    expect(startupReport(facts)).not.toContain("open files");
  });
});

describe("the advice on open files", () => {
  it("warns of a low limit, tells the connections it allows, and names the remedies", () => {
    const report = startupReport({ ...FACTS, openFiles: { soft: 1024, hard: 4096 } });
    expect(report).toContain("WARNING: only 1,024 per process: about 960 connections per socket worker, 1,920 in all");
    expect(report).toMatch(/ulimit -n 1048576 +\(above 4,096 only as root\)$/m);
    expect(report).toMatch(/LimitNOFILE=1048576$/m);
    expect(report).toContain("* - nofile 1048576");
  });

  it("does not ask for root where the hard limit is high enough", () => {
    const report = startupReport({ ...FACTS, workers: [], openFiles: { soft: 1024, hard: Number.POSITIVE_INFINITY } });
    expect(report).toMatch(/about 960 connections$/m);
    expect(report).toMatch(/ulimit -n 1048576$/m);
  });

  it("begins below 65,536", () => {
    expect(startupReport({ ...FACTS, openFiles: { soft: 65_535, hard: 65_535 } })).toContain("WARNING");
    expect(startupReport({ ...FACTS, openFiles: { soft: 65_536, hard: 65_536 } })).not.toContain("WARNING");
  });
});

describe("readOpenFilesLimit", () => {
  function limits(line: string): string {
    const path = join(folder, "limits");
    writeFileSync(path, `Limit                     Soft Limit           Hard Limit           Units     \n${line}\n`);
    return path;
  }

  it("reads what Linux says of a process", () => {
    const line = "Max open files            1024                 524288               files     ";
    expect(readOpenFilesLimit(limits(line))).toEqual({ soft: 1024, hard: 524_288 });
  });

  it("takes unlimited for infinite", () => {
    const line = "Max open files            65536                unlimited            files     ";
    expect(readOpenFilesLimit(limits(line))).toEqual({ soft: 65_536, hard: Number.POSITIVE_INFINITY });
  });

  it("knows nothing where there is no such file, or no such line", () => {
    expect(readOpenFilesLimit(join(folder, "none"))).toBeUndefined();
    expect(readOpenFilesLimit(limits("Max cpu time  unlimited  unlimited  seconds"))).toBeUndefined();
  });
});
