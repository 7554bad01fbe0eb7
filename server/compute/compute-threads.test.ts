import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { until } from "../test/test-server.ts";
import { LOWER_PRIORITY } from "./compute-threads.ts";
import { computePlace, threadTask } from "./test/compute-hosts.ts";
import { marks } from "./test/files.ts";

const TASKS = "/proc/self/task";

/** How many of this process's threads give way to others, where the system tells each by itself, which Linux does. */
function lowered(): number {
  return readdirSync(TASKS).filter((id) => {
    const stat = statOf(id);
    // the name, in parentheses, may hold anything; the 19th field is the 17th behind it
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]) === LOWER_PRIORITY;
  }).length;
}

/** Nothing of a thread that has ended meanwhile. */
function statOf(id: string): string {
  try {
    return readFileSync(`${TASKS}/${id}/stat`, "utf8");
  } catch {
    return "";
  }
}

describe("compute threads", () => {
  it("come when there is work, end when there is none for a while, and one stays", async () => {
    const place = computePlace({ computeThreads: 3, computeIdleMs: 50 });
    const host = await place.host();
    const { run } = place.client();
    expect(host.report().threads).toBe(1);
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const gates = [1, 2, 3, 4].map(() => run(threadTask("gate"), { log: log.path, file: open.path }));
    await until(() => log.text === "...");
    expect(host.report()).toMatchObject({ threads: 3, running: 3, queued: 1 });
    open.write();
    const used = await Promise.all(gates);
    expect(new Set(used).size).toBe(3);
    await until(() => host.report().threads === 1);
    expect(used).toContain(await run(threadTask("whichThread")));
    expect(host.report()).toMatchObject({ threads: 1, threadRestarts: 0 });
    expect(place.warnings).toEqual([]);
  });

  it("leave the processors to everything else in the process", async () => {
    const linux = existsSync(TASKS);
    // those of a test before may still be on their way out
    if (linux) await until(() => lowered() === 0);
    const place = computePlace({ computeThreads: 2 });
    await place.host();
    const { run } = place.client();
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const gates = [1, 2].map(() => run(threadTask("gate"), { log: log.path, file: open.path }));
    await until(() => log.text === "..");
    // elsewhere the priority is that of the whole process, and the host says so
    const lower = linux ? lowered() : 2;
    open.write();
    await Promise.all(gates);
    expect(lower).toBe(2);
  });

  it("are all gone when their host has ended, also one that took long to leave", async () => {
    const place = computePlace({ computeThreads: 1 });
    const host = await place.host();
    const stop = new AbortController();
    const log = marks()("log");
    const task = threadTask("hashes", { file: "cancel-tasks.mjs" });
    const hash = place.client().run(task, { log: log.path }, { signal: stop.signal });
    await until(() => log.text === ".");
    stop.abort();
    await expect(hash).rejects.toThrow();
    await until(() => host.report().threadRestarts === 1);
    await host.close();
    const left = () => (existsSync(TASKS) ? lowered() : 0);
    expect(left()).toBe(0);
    // as long as one takes to start that nobody is to see
    await sleep(1_000);
    expect(left()).toBe(0);
  });
});
