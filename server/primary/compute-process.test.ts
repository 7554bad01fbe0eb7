import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { createLogger } from "../logger.ts";
import { isAlive } from "../test/processes.ts";
import { ComputeProcess } from "./compute-process.ts";

const NODE = process.execPath;
const WAIT = { timeout: 10_000, interval: 10 };
const GOOD = "export const work = () => 1;";

/** A compute host's process with one task file, not started yet; ended when the test is over. */
function prepare(source = GOOD) {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-compute-process-test-"));
  const file = join(folder, "work.mjs");
  writeFileSync(file, source);
  const records: { level: string; msg: string }[] = [];
  const destination = { write: (line: string) => void records.push(JSON.parse(line)) };
  const log = createLogger({ level: "warn", format: "json", destination });
  const path = join(folder, "compute");
  const config = { ...DEFAULT_CONFIG, computeThreads: 1, logFormat: "json" } as const;
  const birth = { bus: { path, secret: "none" }, config, sources: [{ name: "work", url: pathToFileURL(file).href }] };
  const host = new ComputeProcess(birth, log);
  onTestFinished(async () => {
    process.execPath = NODE;
    host.kill();
    await ended(host);
    rmSync(folder, { recursive: true, force: true });
  });
  return { host, file, path, messages: () => records.map(({ msg }) => msg) };
}

async function started(source?: string) {
  const prepared = prepare(source);
  await prepared.host.startOrFail();
  return prepared;
}

/** Waits until there is no process. */
function ended(host: ComputeProcess): Promise<void> {
  return vi.waitFor(() => expect(host.pid).toBeUndefined(), WAIT);
}

/** Waits until there is one that answers. */
async function answering(host: ComputeProcess): Promise<number> {
  await vi.waitFor(async () => expect(await host.report(100)).toBeDefined(), WAIT);
  return host.pid ?? 0;
}

describe("the compute host's process", () => {
  it("has loaded its tasks and listens when its start is over, says how it is, and ends when it is told to", async () => {
    const { host, path, messages } = await started();
    const pid = host.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(path)).toBe(true);
    expect(host.restarts).toBe(0);
    expect(performance.now() - host.bornAt).toBeGreaterThan(0);
    const idle = { threads: 1, queued: 0, running: 0, queuedBytes: 0, threadRestarts: 0, procedures: {} };
    expect(await host.report(5_000)).toEqual({ ...idle, memory: expect.any(Number) });
    await host.close();
    expect(isAlive(pid)).toBe(false);
    expect(host.pid).toBeUndefined();
    expect(await host.report(10)).toBeUndefined();
    await host.close();
    expect(messages()).toEqual([]);
  });

  it("is ended by force where it does not end by itself", async () => {
    const { host, messages } = await started();
    const pid = host.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    expect(await host.report(50)).toBeUndefined();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const closed = host.close();
    vi.advanceTimersByTime(1_999);
    expect(isAlive(pid)).toBe(true);
    vi.advanceTimersByTime(1);
    await closed;
    expect(isAlive(pid)).toBe(false);
    expect(messages()).toEqual([]);
  });

  it("is not asked in vain when it dies, is replaced under the same path, and counts that", async () => {
    const { host, path, messages } = await started();
    const first = host.pid ?? 0;
    process.kill(first, "SIGSTOP");
    const report = host.report(60_000);
    process.kill(first, "SIGKILL");
    expect(await report).toBeUndefined();
    expect(messages()).toEqual([
      expect.stringMatching(/^the compute host died \(signal SIGKILL\); replacing it (in 100 ms|at once)$/),
    ]);
    const second = await answering(host);
    expect(second).not.toBe(first);
    expect(existsSync(path)).toBe(true);
    expect(host.restarts).toBe(1);
  });

  it("is replaced ever later, however it dies, and in the end", async () => {
    const { host, messages } = await started();
    process.execPath = "/nowhere/node";
    process.kill(host.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(messages()).toHaveLength(3), WAIT);
    process.execPath = NODE;
    await answering(host);
    expect(messages()).toEqual([
      "the compute host died (signal SIGKILL); replacing it in 100 ms",
      "the compute host died (not started: spawn /nowhere/node ENOENT); replacing it in 200 ms",
      "the compute host died (not started: spawn /nowhere/node ENOENT); replacing it in 400 ms",
    ]);
    expect(host.restarts).toBe(3);
  });

  it("is not replaced any more once it is closed", async () => {
    const { host, messages } = await started();
    process.kill(host.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(messages()).toHaveLength(1), WAIT);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    await host.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.pid).toBeUndefined();
    expect(messages()).toHaveLength(1);
  });

  it("works on where a task's file was spoilt meanwhile, and says so when it is replaced", async () => {
    const { host, file, messages } = await started();
    writeFileSync(file, 'throw new Error("spoilt");');
    process.kill(host.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(messages()).toHaveLength(2), WAIT);
    expect(messages()[1]).toMatch(/^a task cannot be loaded: .*spoilt/);
    await answering(host);
    expect(host.restarts).toBe(1);
  });
});

describe("a start of the compute host's process that is for good", () => {
  it("is tried again where there is no process to be had", async () => {
    const { host, messages } = prepare();
    process.execPath = "/nowhere/node";
    host.start();
    await vi.waitFor(() => expect(messages()).toHaveLength(1), WAIT);
    process.execPath = NODE;
    await answering(host);
    expect(messages()).toEqual([
      "the compute host died (not started: spawn /nowhere/node ENOENT); replacing it in 100 ms",
    ]);
  });

  it("tells the log of tasks that cannot be loaded, and goes on", async () => {
    const { host, messages } = prepare('throw new Error("no key today");');
    host.start();
    await answering(host);
    await vi.waitFor(() => expect(messages()).toHaveLength(1), WAIT);
    expect(messages()[0]).toMatch(/^a task cannot be loaded: "work" .*no key today/);
    expect(host.restarts).toBe(0);
  });
});

describe("a start of the compute host's process that may fail", () => {
  it("fails where there is no process to be had", async () => {
    const { host } = prepare();
    process.execPath = "/nowhere/node";
    await expect(host.startOrFail()).rejects.toThrow(
      "the compute host cannot run: not started: spawn /nowhere/node ENOENT",
    );
    expect(host.pid).toBeUndefined();
    expect(host.restarts).toBe(0);
  });

  it("fails where a task cannot be loaded, and nothing is left of it", async () => {
    const { host, messages } = prepare('throw new Error("no key today");');
    await expect(host.startOrFail()).rejects.toThrow(
      /^the compute host cannot run: a task cannot be loaded: .*no key today/,
    );
    expect(host.pid).toBeUndefined();
    expect(messages()).toEqual([]);
  });

  it("fails where nobody can listen at its path", async () => {
    const { host, path } = prepare();
    rmSync(dirname(path), { recursive: true });
    await expect(host.startOrFail()).rejects.toThrow(/^the compute host cannot run: listen E/);
    expect(host.pid).toBeUndefined();
  });

  it("may be ended before it is over", async () => {
    const { host } = prepare("await new Promise((loaded) => setTimeout(loaded, 60_000));");
    host.startOrFail().catch(() => undefined);
    const pid = host.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    await host.close();
    expect(isAlive(pid)).toBe(false);
  });
});
