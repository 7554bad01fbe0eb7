import cluster from "node:cluster";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { eventually } from "../test/patience.ts";
import { WorkerProcess, type WorkerProcessHooks } from "./worker-process.ts";

afterEach(() => vi.restoreAllMocks());

/** Starts a worker, and tells the reasons for its end as they come. */
function start(): { worker: WorkerProcess; ends: string[] } {
  const ends: string[] = [];
  const hooks: WorkerProcessHooks = {
    serving: () => expect.unreachable("it is not there to serve"),
    failed: () => expect.unreachable("it is not there to tell"),
    fellBack: () => expect.unreachable("it is not there to tell"),
    draining: () => expect.unreachable("it is not there to end"),
    taking: () => expect.unreachable("it is not there to end"),
    took: () => expect.unreachable("it is not there to end"),
    missed: () => expect.unreachable("it is not there to be given any"),
    computeNeeded: () => expect.unreachable("it is not there to need anything"),
    exited: (how) => void ends.push(how),
  };
  const birth = {
    worker: 1,
    member: 1,
    bus: { path: "nowhere", compute: "nowhere", secret: "none" },
    config: DEFAULT_CONFIG,
  };
  return { worker: new WorkerProcess(birth, hooks), ends };
}

describe("a socket worker that could not be forked", () => {
  it("is over, once, and says why", async () => {
    const node = process.execPath;
    onTestFinished(() => {
      process.execPath = node;
    });
    process.execPath = "/nowhere/node";
    const { worker, ends } = start();
    expect(ends).toEqual([]);
    const status = worker.status(60_000);
    await eventually(() => expect(ends).toEqual(["could not be started: spawn /nowhere/node ENOENT"]));
    expect(await status).toBeUndefined();
    expect(worker.pid).toBe(0);
    worker.kill();
  });

  it("is over as well where that is told by throwing", async () => {
    vi.spyOn(cluster, "fork").mockImplementation(() => {
      throw new Error("spawn ENOMEM");
    });
    const { worker, ends } = start();
    expect(ends).toEqual([]); // not before whoever starts it has got hold of it
    worker.drain();
    worker.kill();
    await eventually(() => expect(ends).toEqual(["could not be started: spawn ENOMEM"]));
    expect(worker.pid).toBe(0);
  });
});
