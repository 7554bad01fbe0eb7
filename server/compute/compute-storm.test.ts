import { expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { until } from "../test/test-server.ts";
import { TaskStream } from "./task-stream.ts";
import { computePlace, threadTask } from "./test/compute-hosts.ts";
import { marks } from "./test/files.ts";

const bad = { file: "bad-tasks.mjs" };
const heeding = { file: "cancel-tasks.mjs" };

/** Numbers from 0 to below 1, the same each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Reads a stream to its end, or to the end of the reader's patience. */
async function read(result: unknown, patience: number): Promise<unknown> {
  if (!(result instanceof TaskStream)) return result;
  for (let count = 0; count < patience; count++) {
    const step = await result.next();
    if (step.done === true) return step.value;
  }
  await result.return();
  return "left";
}

it.each([1, 2])("whatever happens at once, every call ends, and nothing is left over (seed %i)", async (seed) => {
  const roll = dice(seed);
  const place = computePlace({ computeThreads: 2, computeGraceMs: 15, computeIdleMs: 20, computeQueue: 60 });
  const host = await place.host();
  const { client, run } = place.client();
  const log = marks()("log").path;
  const kinds = [
    { task: threadTask("echo"), input: "x", odds: 30 },
    { task: threadTask("later"), input: new Uint8Array(20_000), odds: 20 },
    { task: threadTask("count"), input: 50, odds: 10 },
    { task: threadTask("bulkByProgress"), input: { items: 20, size: 30_000 }, odds: 8 },
    { task: threadTask("throws", bad), input: "type", odds: 8 },
    { task: threadTask("die", bad), input: { how: "exit" }, odds: 4 },
    { task: threadTask("die", { ...bad, idempotent: true }), input: { how: "timer" }, odds: 2 },
    { task: threadTask("waits", heeding), input: { log }, odds: 6 },
    { task: threadTask("asks", heeding), input: { log }, odds: 4 },
    { task: threadTask("spins", heeding), input: undefined, odds: 2 },
    { task: threadTask("sleeps", heeding), input: undefined, odds: 2 },
  ];
  for (const [index, { task }] of kinds.entries()) client.register(task, `kind ${index}`);
  const bag = kinds.flatMap((kind) => Array.from({ length: kind.odds }, () => kind));
  const calls = Array.from({ length: 250 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, roll() * 300));
    const kind = bag[Math.floor(roll() * bag.length)];
    if (kind === undefined) return expect.unreachable();
    const endless = kind.odds <= 6 && kind.task.url.includes("cancel-tasks");
    const signal = endless || roll() < 0.3 ? AbortSignal.timeout(Math.floor(roll() * 40)) : undefined;
    const tenant = `tenant ${index % 5}`;
    const result = await run(kind.task, kind.input, signal === undefined ? { tenant } : { tenant, signal });
    return read(result, roll() < 0.2 ? 3 : 1_000);
  });
  const ends = await Promise.allSettled(calls);
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as Error] : []));
  const expected = /secret of the task|exit code 3|stray|timeout|Too many tasks/;
  for (const reason of reasons) expect(reason.message).toMatch(expected);
  expect(ends.length - reasons.length).toBeGreaterThan(30);

  await until(
    () => host.report().running === 0 && Object.values(host.report().procedures).every((one) => one.running === 0),
  );
  const { queued, queuedBytes, procedures } = host.report();
  expect({ queued, queuedBytes }).toEqual({ queued: 0, queuedBytes: 0 });
  for (const report of Object.values(procedures)) {
    expect(report.queued).toBe(0);
    expect(report.run.count).toBe(report.wait.count);
    // each that ran ended somehow; those that nobody waited for any more may have done so before they ran
    expect(report.done + report.failed + report.crashed).toBeLessThanOrEqual(report.run.count);
    expect(report.done + report.failed + report.crashed + report.cancelled).toBeGreaterThanOrEqual(report.run.count);
  }
  const last = await Promise.all([1, 2, 3, 4].map((value) => run(threadTask("later"), value)));
  expect(last).toEqual([1, 2, 3, 4]);
  expect(reasons.some((reason) => reason instanceof AppError)).toBe(
    reasons.some(({ message }) => message.includes("Too many")),
  );
});
