import { expect, it } from "vitest";
import { until } from "../test/test-server.ts";
import { computePlace, threadTask } from "./test/compute-hosts.ts";
import { marks } from "./test/files.ts";

it("a compute host's report adds up, while tasks wait and run and when all is over", async () => {
  const place = computePlace({ computeThreads: 1, computeQueue: 3 });
  const host = await place.host();
  const { client, run } = place.client();
  const names = {
    "t.echo": threadTask("echo"),
    "t.gate": threadTask("gate"),
    "t.throws": threadTask("throws", { file: "bad-tasks.mjs" }),
    "t.die": threadTask("die", { file: "bad-tasks.mjs", idempotent: true }),
    "t.spins": threadTask("spins", { file: "cancel-tasks.mjs" }),
  };
  for (const [name, task] of Object.entries(names)) client.register(task, name);
  const zero = { queued: 0, running: 0, done: 0, failed: 0, crashed: 0, refused: 0, cancelled: 0 };
  const settle = (calls: Promise<unknown>[]) => Promise.allSettled(calls);
  const of = (name: keyof typeof names) => host.report().procedures[name];

  expect(host.report()).toMatchObject({ threads: 1, queued: 0, running: 0, queuedBytes: 0, threadRestarts: 0 });
  expect(host.report().memory).toBeGreaterThan(1_000_000);

  for (let time = 0; time < 5; time++) await run(names["t.echo"], time);
  await settle([run(names["t.throws"], "type"), run(names["t.throws"], "text")]);
  await settle([run(names["t.die"], { how: "exit" })]);
  expect(of("t.echo")).toMatchObject({ ...zero, done: 5, wait: { count: 5 }, run: { count: 5 } });
  expect(of("t.throws")).toMatchObject({ ...zero, failed: 2, wait: { count: 2 }, run: { count: 2 } });
  expect(of("t.die")).toMatchObject({ ...zero, crashed: 2, wait: { count: 2 }, run: { count: 2 } });
  expect(host.report().threadRestarts).toBe(2);

  const mark = marks();
  const [log, open] = [mark("log"), mark("open")];
  const gate = run(names["t.gate"], { log: log.path, file: open.path });
  await until(() => log.text === ".");
  const abort = new AbortController();
  const waiting = [0, 1].map(() => run(names["t.echo"], "x".repeat(1_000)));
  const left = run(names["t.echo"], 1, { signal: abort.signal });
  const refused = run(names["t.echo"], 2);
  await expect(refused).rejects.toMatchObject({ code: "OVERLOADED" });
  expect(host.report()).toMatchObject({ queued: 3, running: 1 });
  expect(host.report().queuedBytes).toBeGreaterThan(2_000);
  expect(of("t.echo")).toMatchObject({ ...zero, queued: 3, done: 5, refused: 1 });
  expect(of("t.gate")).toMatchObject({ ...zero, running: 1, wait: { count: 1 }, run: { count: 0 } });
  abort.abort(new Error("left"));
  await expect(left).rejects.toThrow("left");
  await until(() => host.report().queued === 2);
  expect(of("t.echo")).toMatchObject({ ...zero, queued: 2, done: 5, refused: 1, cancelled: 1 });
  open.write();
  await Promise.all([gate, ...waiting]);

  const end = new AbortController();
  const spinning = run(names["t.spins"], undefined, { signal: end.signal });
  await spinning;
  end.abort();
  await until(() => host.report().running === 0 && of("t.spins")?.running === 0);
  expect(host.report()).toMatchObject({ queued: 0, queuedBytes: 0, threadRestarts: 3 });
  expect(of("t.spins")).toMatchObject({ ...zero, cancelled: 1, wait: { count: 1 }, run: { count: 1 } });
  expect(of("t.gate")).toMatchObject({ ...zero, done: 1, wait: { count: 1 }, run: { count: 1 } });
  const echo = of("t.echo");
  expect(echo).toMatchObject({ ...zero, done: 7, refused: 1, cancelled: 1, wait: { count: 7 }, run: { count: 7 } });
  for (const { buckets, count, sum } of [echo?.wait, echo?.run].filter((one) => one !== undefined)) {
    expect(buckets.at(-1)).toEqual({ le: "+Inf", count });
    expect(sum).toBeGreaterThan(0);
  }
  // what is said of it travels as JSON
  expect(JSON.parse(JSON.stringify(host.report().procedures))).toEqual(host.report().procedures);
});
