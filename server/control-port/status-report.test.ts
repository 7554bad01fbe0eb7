import { describe, expect, it } from "vitest";
import type { ComputeReport } from "../compute/compute-metrics.ts";
import { type Observed, statusReport } from "./status-report.ts";

type Worker = Observed["workers"][number];

const WELL: Worker = {
  number: 1,
  pid: 4711,
  bornAt: 0,
  state: "serving",
  status: async () => ({ connections: 3, memory: 1_000 }),
};
const SILENT: Worker = { ...WELL, number: 2, pid: 4712, status: async () => undefined };
const NO_ROLLOUT = { running: false, queued: false, failure: undefined };

const REPORT: ComputeReport = {
  threads: 2,
  queued: 5,
  running: 2,
  queuedBytes: 100,
  threadRestarts: 1,
  memory: 1_000,
  procedures: {},
};

/** What is reported of a primary of one worker that is well, but for what is given. */
function report(given: Partial<Observed> = {}) {
  return statusReport({ port: 8080, rollout: NO_ROLLOUT, workers: [WELL], ...given });
}

describe("the report of how all is", () => {
  it("tells of the compute host what it says of itself, and how often it was replaced", async () => {
    const compute = { pid: 4713, bornAt: 0, restarts: 3, report: async () => REPORT };
    const body = await report({ compute });
    expect(body).toMatchObject({ workers: [{ worker: 1, connections: 3 }] });
    expect(body).toHaveProperty("compute", { pid: 4713, uptime: expect.any(Number), restarts: 3, ...REPORT });
  });

  it("tells of a silent compute host that it is, and of one that is being replaced that there is no process", async () => {
    const compute = { pid: 4713, bornAt: 0, restarts: 0, report: async () => undefined };
    const silent = { uptime: expect.any(Number), silent: true };
    expect(await report({ compute })).toHaveProperty("compute", {
      pid: 4713,
      restarts: 0,
      ...silent,
    });
    const dead = { ...compute, pid: undefined, restarts: 1 };
    expect(await report({ compute: dead })).toHaveProperty("compute", {
      restarts: 1,
      ...silent,
    });
  });

  it("tells of no compute host where there is none", async () => {
    expect((await report()).compute).toBeUndefined();
  });

  it("asks all processes at the same time, and none for longer than a second", async () => {
    const limits: number[] = [];
    const asked: (() => void)[] = [];
    const never = (limitMs: number): Promise<undefined> => {
      limits.push(limitMs);
      // nobody answers before all were asked
      return new Promise((resolve) => {
        asked.push(() => resolve(undefined));
        if (asked.length === 3) for (const answer of asked) answer();
      });
    };
    const compute = { pid: 4713, bornAt: 0, restarts: 0, report: never };
    const workers = [WELL, SILENT].map((worker) => ({ ...worker, status: never }));
    await report({ workers, compute });
    expect(limits).toEqual([1_000, 1_000, 1_000]);
  });

  it("tells which workers start and which end, and does not ask one that starts", async () => {
    const starting: Worker = { ...WELL, state: "starting", status: () => expect.unreachable("it cannot answer yet") };
    const body = await report({ workers: [{ ...WELL, state: "draining" }, starting] });
    expect(body).toHaveProperty("workers", [
      { worker: 1, pid: 4711, state: "draining", uptime: expect.any(Number), connections: 3, memory: 1_000 },
      { worker: 1, pid: 4711, state: "starting", uptime: expect.any(Number) },
    ]);
  });

  it("tells of a rolling restart that runs, and why the last one ended early", async () => {
    const rollout = { running: true, queued: true, failure: "no database" };
    expect(await report({ rollout })).toHaveProperty("rollout", rollout);
  });
});
