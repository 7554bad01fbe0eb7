import { beforeAll, expect, it, onTestFinished } from "vitest";
import { createPack } from "../shared/msgpack-codec.ts";
import { type RedisServer, startRedis } from "./links/test/redis-server.ts";
import { createJobQueue } from "./queues/create-job-queue.ts";
import type { JobHandler, Outcome } from "./queues/job-queue.ts";
import { startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient } from "./test/raw-client.ts";

const APP = `export const app = defineApp({
  procedures: {
    work: queue("work"),
    slow: queue("work", { use: [async (_, next) => { await new Promise((r) => setTimeout(r, 100)); return next(); }] }),
  },
});`;

const { packAlone, unpack } = createPack();
/** The beginning of an array of two, and one of them. */
const BROKEN = Uint8Array.of(0x92, 1);
const DEEP = Buffer.concat([Buffer.alloc(3_000, 0x91), Buffer.of(0xc0)]);
const done = (): Outcome => ({ kind: "result", output: packAlone("done") });

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

let names = 0;

/** A server, and somebody who takes its jobs and says what he likes. */
async function start(handler?: JobHandler) {
  const name = `hostile-${++names}`;
  const env = { QUEUE_REDIS_URL: redis.url, QUEUE_NAME: name, WORKERS: "1" };
  const cluster = await startCluster({ app: APP, env });
  const queue = createJobQueue({ redisUrl: redis.url, name }, { warn: () => undefined, info: () => undefined });
  onTestFinished(() => queue.close());
  if (handler !== undefined) queue.consume({ group: "default", procedures: ["work"], concurrency: 10 }, handler);
  const nothingIsLeft = () =>
    eventually(async () => {
      const metrics = await (await cluster.get("/metrics", cluster.controlPort)).text();
      expect(metrics).toContain("fugitive_queued_calls 0\n");
    });
  return { cluster, nothingIsLeft };
}

async function hello(client: RawClient, resume?: object) {
  const [, welcome] = (await client.ask([0, resume === undefined ? {} : { resume }])) as [number, Known];
  return { session: welcome.session, secret: welcome.secret };
}

interface Known {
  readonly session: string;
  readonly secret: string;
}

const INTERNAL = ["INTERNAL", "Something went wrong on the other side."];

it("what a worker says that makes no sense ends its call, and costs nobody else anything", async () => {
  const outcomes: Readonly<Record<string, (run: Parameters<JobHandler>[1]) => Promise<Outcome>>> = {
    "a result": async () => ({ kind: "result", output: BROKEN }),
    "two results": async () => ({ kind: "result", output: Buffer.concat([packAlone(1), packAlone([16, "x", {}])]) }),
    "a deep result": async () => ({ kind: "result", output: DEEP }),
    "deep details": async () => ({
      kind: "error",
      code: "CODE",
      message: "text",
      details: unpack(DEEP.subarray(2_300)),
    }),
    "a session": async () => ({ ...done(), session: { user: 5, tags: { id: "1" } } }) as never,
    progress: async (run) => {
      run.tell({ kind: "progress", data: BROKEN });
      run.tell({ kind: "progress", data: DEEP });
      return done();
    },
    "to a user": async (run) => {
      await run.send({ kind: "toUser", user: "ada", data: BROKEN });
      await run.send({ kind: "toUser", user: "a".repeat(70_000), data: packAlone(1) });
      await run.send({ kind: "publish", channel: "b".repeat(70_000), data: packAlone(1) });
      await run.send({ kind: "publish", channel: "news", data: BROKEN });
      return { ...done(), session: { user: "ada" } } as never;
    },
  };
  const { cluster, nothingIsLeft } = await start(async (job, run) => {
    const outcome = outcomes[unpack(job.input) as string];
    return outcome === undefined ? done() : outcome(run);
  });
  for (const format of ["json", "msgpack"] as const) {
    const [client, other] = [await cluster.connect({ format }), await cluster.connect()];
    const answer = async (input: string) => {
      expect(await client.ask([2, 1, "work", input])).toMatchObject([5, 1, {}]);
      return (await client.next()) as unknown[];
    };
    for (const input of ["a result", "two results", "a deep result"])
      expect(await answer(input)).toEqual([4, 1, ...INTERNAL]);
    expect(await answer("deep details")).toEqual([4, 1, "CODE", "text"]);
    for (const input of ["a session", "progress", "to a user", "to a user"]) {
      expect(await answer(input)).toEqual([3, 1, "done"]);
    }
    expect(await other.ask([14, "still here"])).toEqual([15, "still here"]);
  }
  await nothingIsLeft();
});

it("a call whose client is gone before it is queued, or that is cancelled, leaves nothing behind", async () => {
  const { cluster, nothingIsLeft } = await start();
  for (let count = 0; count < 5; count++) {
    const client = await cluster.connect();
    client.send([2, 1, "slow", 1]);
    await client.reached();
    client.destroy();
  }
  const client = await cluster.connect();
  const known = await hello(client);
  expect(await client.ask([2, 7, "work"])).toMatchObject([5, 7, {}]);
  client.destroy();
  // right behind HELLO, as a client does that has given up meanwhile
  const back = await cluster.connect();
  back.send([0, { resume: known }]);
  back.send([7, 7]);
  expect(await back.take(2)).toMatchObject([
    [1, { resumed: true }],
    [4, 7, "CANCELLED", expect.any(String)],
  ]);
  await nothingIsLeft();
});

it("of two calls of one key one may be cancelled, in whichever order that comes", async () => {
  const { cluster } = await start(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return done();
  });
  const client = await cluster.connect();
  await hello(client);
  const call = (id: number, key: string) => [2, id, "work", 1, { key }] as const;
  await client.ask(call(1, "a"));
  client.send([call(2, "a"), [7, 1]]);
  const answers = await client.take(3);
  expect(answers).toContainEqual([3, 2, "done"]);
  expect(answers).toContainEqual([4, 1, "CANCELLED", expect.any(String)]);
  // cancelled is an answer, too
  await client.ask(call(3, "b"));
  client.send([[7, 3], call(4, "b")]);
  expect(await client.take(3)).toMatchObject([
    [4, 3, "CANCELLED", expect.any(String)],
    [5, 4, {}],
    [4, 4, "CONFLICT", expect.any(String)],
  ]);
});
