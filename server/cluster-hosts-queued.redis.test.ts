import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { RawClient } from "./test/raw-client.ts";
import { startRemoteWorker } from "./test/remote-worker.ts";
import { startTwoHosts } from "./test/two-hosts.ts";

const APP = `export const app = defineApp({
  procedures: {
    work: queue("work", { group: "g" }),
    who: (_, { session }) => [session.user ?? null, session.tags],
  },
});`;

/** It waits until it is told to go on, by a file. */
const PROCEDURES = `
  work: async ({ progress, setSession }, input) => {
    progress("begun");
    while (!(await import('node:fs')).existsSync(input.until)) await new Promise((resolve) => setTimeout(resolve, 20));
    setSession({ user: "ada" });
    return input.answer;
  },`;

interface Welcome {
  readonly session: string;
  readonly secret: string;
}

async function hello(client: RawClient, resume?: Welcome): Promise<Welcome> {
  const [kind, welcome] = (await client.ask([0, resume === undefined ? {} : { resume }])) as [number, Welcome];
  expect([kind, welcome]).toMatchObject([1, { resumed: resume !== undefined }]);
  return { session: welcome.session, secret: welcome.secret };
}

it("a call that one server has queued is answered by the other, where its session is when the first one is killed", async () => {
  const { redis, one, two } = await startTwoHosts({ app: APP, env: { WORKERS: "1" } });
  await startRemoteWorker({
    procedures: PROCEDURES,
    env: { REDIS_URL: redis.url, WORKER_GROUP: "g", WORKER_CONCURRENCY: "5" },
  });
  const folder = mkdtempSync(join(tmpdir(), "fugitive-queued-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const until = join(folder, "go-on");
  const call = (id: number, answer: string, options = {}) => [2, id, "work", { until, answer }, options] as const;
  const first = await one.connect();
  const known = await hello(first);
  for (const id of [7, 8]) {
    expect(await first.ask(call(id, `answer ${id}`, id === 8 ? { key: "k" } : {}))).toMatchObject([5, id, {}]);
    expect(await first.next()).toEqual([6, id, "begun"]);
  }
  one.kill("SIGKILL");
  await first.closed;
  const second = await two.connect();
  await hello(second, known);
  // whoever has a key may ask again, and is told that it is queued
  expect(await second.ask(call(8, "other", { key: "k" }))).toMatchObject([5, 8, {}]);
  writeFileSync(until, "");
  const answers = await second.take(2);
  expect(answers).toContainEqual([3, 7, "answer 7"]);
  expect(answers).toContainEqual([3, 8, "answer 8"]);
  expect(await second.ask([2, 9, "who"])).toEqual([3, 9, ["ada", {}]]);
  expect(await second.ask(call(10, "other", { key: "k" }))).toMatchObject([5, 10, {}]);
  expect(await second.next()).toEqual([3, 10, "answer 8"]);
});
