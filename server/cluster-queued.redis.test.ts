import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "./links/test/redis-server.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient, RawMessage } from "./test/raw-client.ts";
import { RemoteWorker, startRemoteWorker } from "./test/remote-worker.ts";

const APP = `export const app = defineApp({
  channels: { "news": {} },
  procedures: {
    work: queue("work", { group: "g", ttlMs: 60_000 }),
    soon: queue("nobody.has", { group: "g", ttlMs: 50 }),
    once: queue("fail", { group: "g", retries: 0 }),
    guarded: queue("work", { group: "g", use: [(context, next) => (context.input === "no" ? "not queued" : next())] }),
    who: (_, { session }) => [session.user ?? null, session.tags],
    hand: () => process.pid,
  },
});`;

const PROCEDURES = `
  work: async ({ job, session, progress, broadcast, toUser, setSession }, input) => {
    if (input?.progress) progress(input.progress);
    if (input?.broadcast) await broadcast("news", input.broadcast);
    if (input?.toUser) await toUser(input.toUser, "you");
    const { existsSync } = await import("node:fs");
    while (input?.until && !existsSync(input.until)) await new Promise((resolve) => setTimeout(resolve, 20));
    if (input?.waitMs) await new Promise((resolve) => setTimeout(resolve, input.waitMs));
    if (input?.login) setSession({ user: input.login, tags: { room: "5" } });
    if (input?.nothing) return;
    if (input?.refuse) throw new AppError("OUT_OF_PAPER", "no more", { trays: 2 });
    return { input, user: session.user ?? null, attempt: job.attempt, pid: process.pid };
  },
  fail: () => { throw new Error("secret"); },`;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

let names = 0;

/** A server and, in a while, a worker; each test has an application of its own at the broker. */
async function start(workers: 0 | 1 = 1, env: Record<string, string> = {}) {
  const QUEUE_NAME = `app-${++names}`;
  const broker = { QUEUE_REDIS_URL: redis.url, QUEUE_NAME };
  const worker = () =>
    startRemoteWorker({
      procedures: PROCEDURES,
      env: { ...broker, WORKER_GROUP: "g", QUEUE_CLAIM_AFTER_MS: "300", WORKER_CONCURRENCY: "10" },
    });
  const [cluster] = await Promise.all([
    startCluster({ app: APP, env: { ...broker, ...env } }),
    ...Array.from({ length: workers }, worker),
  ]);
  return { cluster, worker, broker };
}

/** Says HELLO, or goes on with a session. */
async function hello(client: RawClient, resume?: { session: string; secret: string }) {
  const [kind, welcome] = (await client.ask([0, resume === undefined ? {} : { resume }])) as [number, Welcome];
  expect(kind).toBe(1);
  return welcome;
}

interface Welcome {
  readonly session: string;
  readonly secret: string;
  readonly resumed: boolean;
}

const TEXT = expect.any(String);
const ack = (id: number) => [5, id, { job: expect.any(String) }];

/** The connection is gone, and a new one goes on with its session. */
async function comeBack(cluster: Cluster, known: Welcome, old: RawClient): Promise<RawClient> {
  old.destroy();
  const { session, secret } = known;
  return eventually(async () => {
    const client = await cluster.connect();
    expect(await hello(client, { session, secret })).toMatchObject({ session, resumed: true });
    return client;
  });
}

async function metricsOf(cluster: Cluster): Promise<string> {
  return (await cluster.get("/metrics", cluster.controlPort)).text();
}

it("a call is acknowledged when the queue has it, and answered by whatever worker does it", async () => {
  const { cluster, worker } = await start(0);
  const clients = [await cluster.connect(), await cluster.connect({ format: "msgpack" })];
  for (const client of clients) expect(await client.ask([2, 7, "work", { a: 1 }])).toEqual(ack(7));
  await worker();
  for (const client of clients) {
    expect(await client.next()).toEqual([3, 7, { input: { a: 1 }, user: null, attempt: 1, pid: expect.any(Number) }]);
    expect(await client.ask([2, 8, "work", { refuse: true }])).toEqual(ack(8));
    expect(await client.next()).toEqual([4, 8, "OUT_OF_PAPER", "no more", { trays: 2 }]);
    expect(await client.ask([2, 8, "work", { nothing: true }])).toEqual(ack(8));
    expect(await client.next()).toEqual([3, 8]);
    expect(await client.ask([2, 9, "guarded", "no"])).toEqual([3, 9, "not queued"]);
    expect(await client.ask([2, 9, "guarded"])).toEqual(ack(9));
    expect(await client.next()).toMatchObject([3, 9, { attempt: 1 }]);
  }
});

it("workers tell how far they are, publish, reach users and say whose session it is", async () => {
  const { cluster } = await start();
  const [client, other] = [await cluster.connect(), await cluster.connect()];
  await hello(client);
  await other.ask([8, 1, "news"]);
  expect(await client.ask([2, 1, "work", { login: "ada", progress: { percent: 5 } }])).toEqual(ack(1));
  expect(await client.take(2)).toMatchObject([
    [6, 1, { percent: 5 }],
    [3, 1, { user: null }],
  ]);
  expect(await client.ask([2, 2, "who"])).toEqual([3, 2, ["ada", { room: "5" }]]);
  expect(await client.ask([2, 3, "work", { broadcast: "all", toUser: "ada" }])).toEqual(ack(3));
  expect(await other.next()).toEqual([12, "news", "all"]);
  const rest = await client.take(2);
  expect(rest).toContainEqual([12, "$direct", "you"]);
  expect(rest).toContainEqual([3, 3, expect.objectContaining({ user: "ada" })]);
});

/** A job may wait for a file: makes names of such files, and the files. */
async function gates() {
  const folder = await mkdtemp(join(tmpdir(), "gates-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const gate = (id: number): string => join(folder, String(id));
  return { gate, open: (id: number) => writeFile(gate(id), "") };
}

it("a result comes to the session wherever it is by then, once, under the id of the call", async () => {
  const { cluster } = await start();
  const client = await cluster.connect();
  const known = await hello(client);
  const { gate, open } = await gates();
  for (const id of [1, 2, 3]) expect(await client.ask([2, id, "work", { until: gate(id) }])).toEqual(ack(id));
  await open(1);
  expect(await client.next()).toMatchObject([3, 1, { attempt: 1 }]);
  const second = await comeBack(cluster, known, client);
  await open(2);
  expect(await second.next()).toMatchObject([3, 2, { attempt: 1 }]);
  // it is known that it came
  await eventually(async () => expect(await metricsOf(cluster)).toContain("fugitive_queued_calls 1\n"));
  // also where its socket worker is killed
  const [, , pid] = (await second.ask([2, 9, "hand"])) as [number, number, number];
  process.kill(pid, "SIGKILL");
  const third = await comeBack(cluster, known, second);
  await open(3);
  expect(await third.next()).toMatchObject([3, 3, { attempt: 1 }]);
  await eventually(async () => expect(await third.ask([2, 4, "who"])).toEqual([3, 4, [null, {}]]));
  const last = await comeBack(cluster, known, third);
  expect(await last.ask([2, 4, "who"])).toEqual([3, 4, [null, {}]]);
});

it("a call with a key is done once, however often it is asked for, and its answer is there again", async () => {
  const { cluster } = await start();
  const client = await cluster.connect();
  const known = await hello(client);
  const call = (id: number, input: unknown): RawMessage => [2, id, "work", input, { key: "k" }];
  expect(await client.ask(call(1, { waitMs: 300, login: "ada" }))).toEqual(ack(1));
  // under its own id, and under another one
  expect(await client.ask(call(1, null))).toEqual(ack(1));
  expect(await client.ask(call(2, null))).toEqual(ack(2));
  const answers = (await client.take(2)) as [number, number, { pid: number }][];
  expect(answers.map(([kind, id]) => [kind, id]).sort()).toEqual([
    [3, 1],
    [3, 2],
  ]);
  expect(answers[0]?.[2]).toEqual(answers[1]?.[2]);
  const back = await comeBack(cluster, known, client);
  expect(await back.ask([2, 5, "who"])).toEqual([3, 5, ["ada", { room: "5" }]]);
  expect(await back.ask(call(3, null))).toEqual(ack(3));
  expect(await back.next()).toEqual([3, 3, answers[0]?.[2]]);
});

it("a call that nobody begins with in its time, or that fails for good, ends with an error", async () => {
  const { cluster } = await start();
  const client = await cluster.connect();
  expect(await client.ask([2, 1, "soon"])).toEqual(ack(1));
  expect(await client.next()).toEqual([4, 1, "TIMEOUT", "No worker has begun with the call in its time."]);
  expect(await client.ask([2, 2, "once"])).toEqual(ack(2));
  expect(await client.next()).toEqual([4, 2, "INTERNAL", "Something went wrong on the other side."]);
  const metrics = await metricsOf(cluster);
  for (const [outcome, count] of Object.entries({ queued: 2, refused: 0, expired: 1, dead: 1, result: 0 })) {
    expect(metrics).toContain(`fugitive_jobs_total{outcome="${outcome}"} ${count}\n`);
  }
  expect(metrics).toContain("fugitive_job_queue_up 1\n");
});

it("the job of a worker that is killed is done by another, and a cancelled call is answered no more", async () => {
  const { cluster, worker } = await start(0);
  const first = await worker();
  const client = await cluster.connect();
  expect(await client.ask([2, 1, "work", { waitMs: 2_000, progress: "begun" }])).toEqual(ack(1));
  expect(await client.next()).toEqual([6, 1, "begun"]);
  expect(await client.ask([2, 2, "work", { waitMs: 500 }])).toEqual(ack(2));
  expect(await client.ask([7, 2])).toMatchObject([4, 2, "CANCELLED", TEXT]);
  first.kill("SIGKILL");
  const second = await worker();
  expect(await client.next()).toEqual([6, 1, "begun"]);
  expect(await client.next()).toMatchObject([3, 1, { attempt: 2 }]);
  second.kill("SIGTERM");
  expect(await second.exited).toBe(0);
});

it("an application with such procedures, and no broker, is not started", async () => {
  await expect(startCluster({ app: APP })).rejects.toThrow('"work" is for remote workers: set AMQP_URL');
});

it("while the broker is away calls are refused, and one server alone does all of it as well", async () => {
  const own = await startRedis();
  onTestFinished(() => own.end());
  const env = { QUEUE_REDIS_URL: own.url };
  const cluster = await startCluster({ app: APP, env: { ...env, WORKERS: "0", CONTROL_PORT: "off" } });
  const client = await cluster.connect();
  expect(await client.ask([2, 1, "work", 1])).toEqual(ack(1));
  await own.kill();
  expect(await client.ask([2, 2, "work", 2, { key: "k" }])).toMatchObject([4, 2, "UNAVAILABLE", TEXT]);
  await own.start();
  await eventually(async () => expect(await client.ask([2, 2, "work", 2, { key: "k" }])).toEqual(ack(2)));
  await new RemoteWorker({ procedures: PROCEDURES, env: { ...env, WORKER_GROUP: "g" } }).working();
  expect((await client.take(2)).map((message) => (message as RawMessage).slice(0, 2)).sort()).toEqual([
    [3, 1],
    [3, 2],
  ]);
  cluster.kill("SIGTERM");
  expect((await cluster.exited).code).toBe(0);
});
