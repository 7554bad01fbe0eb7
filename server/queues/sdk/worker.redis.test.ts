import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { eventually } from "../../test/patience.ts";
import { redisQueue } from "../redis-queue.ts";
import { enqueue, jobOf, SILENT, SuiteQueue, textOf } from "../test/suite-queue.ts";
import { AppError, createWorker, defineProcedures, type WorkerContext, type WorkerProcedures } from "./worker.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

function start(procedures: WorkerProcedures) {
  const app = new SuiteQueue({
    ...redis,
    queue: (options) => redisQueue({ url: redis.url, ...options }, SILENT),
  });
  const log = { info: vi.fn(), warn: vi.fn() };
  const host = app.host();
  const worker = createWorker({ url: redis.url, name: app.name, group: "g", procedures, retryMs: 10, log });
  onTestFinished(async () => {
    await worker.close(0);
  });
  return { app, host, worker, log };
}

describe("a worker", () => {
  it("gives handlers their input and who asked, and sends what they give and say", async () => {
    let seen: unknown;
    const { app, host } = start(
      defineProcedures({
        p: async ({ job, session, progress, broadcast, toUser, setSession }: WorkerContext, input: string) => {
          seen = { attempt: job.attempt, group: job.group, session, input };
          progress({ percent: 50 });
          await broadcast("news", "all");
          await toUser("u", "you");
          setSession({ user: "v", tags: { a: "1" } });
          setSession({ tags: { b: "" } });
          return { bytes: Uint8Array.of(1, 2) };
        },
      }),
    );
    await enqueue(host, jobOf("in"));
    await eventually(() => expect(app.replies).toHaveLength(4));
    const session = { id: "s", user: "u", tags: { room: "a" } };
    expect(seen).toEqual({ attempt: 1, group: "g", session, input: "in" });
    const said = app.replies.map((reply) => ("data" in reply ? textOf(reply.data) : reply.kind));
    expect(said).toEqual([{ percent: 50 }, "all", "you", "result"]);
    expect(app.replies[3]).toMatchObject({ session: { user: "v", tags: { a: "1", b: "" } } });
    expect(Buffer.from((app.results()[0] as { bytes: Uint8Array }).bytes)).toEqual(Buffer.of(1, 2));
  });

  it("may answer before it is through, and then nothing else is its answer", async () => {
    const { app, host } = start(
      defineProcedures({
        p: async ({ job, reply, setSession }: WorkerContext) => {
          setSession({ user: "v" });
          await reply(`answer ${job.attempt}`);
          if (job.attempt === 1) throw new Error("what is left to do fails");
          return "returned";
        },
      }),
    );
    await enqueue(host, jobOf("in"));
    await eventually(() => expect(app.results().slice(0, 2)).toEqual(["answer 1", "answer 2"]));
    expect(app.replies[0]).toMatchObject({ session: { user: "v" } });
    await eventually(() => expect(app.results()).toEqual(["answer 1", "answer 2", "answer 2"]));
  });

  it("refuses input that its schema does, and gives what the schema gives", async () => {
    const { app, host } = start(
      defineProcedures({ p: { input: z.string().transform(Number), handler: (_, input) => input + 1 } }),
    );
    await enqueue(host, jobOf("41"));
    await enqueue(host, jobOf(41));
    await eventually(() => expect(app.replies).toHaveLength(2));
    expect(app.results()).toEqual([42]);
    expect(app.replies[1]).toMatchObject({ kind: "error", code: "BAD_REQUEST", attempt: 1 });
  });

  it("tells what was thrown on purpose, and tries again after anything else, which is logged", async () => {
    const { app, host, log } = start(
      defineProcedures({
        p: () => {
          throw new AppError("SOLD_OUT", "none left", { show: 12 });
        },
        q: ({ job }: WorkerContext) => {
          if (job.attempt === 1) throw new TypeError("a mistake");
          return job.attempt;
        },
        // neither can be encoded
        odd: () => {
          throw new AppError("ODD", "cannot be told", { at: Symbol("s") });
        },
        none: () => Symbol("s"),
      }),
    );
    await enqueue(host, jobOf(1, { procedure: "p" }));
    await eventually(() => expect(app.replies).toHaveLength(1));
    expect(app.replies[0]).toMatchObject({
      kind: "error",
      code: "SOLD_OUT",
      message: "none left",
      details: { show: 12 },
    });
    await enqueue(host, jobOf(1, { procedure: "q" }));
    await eventually(() => expect(app.results()).toEqual([2]));
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(log.warn.mock.calls[0]?.[0]).toMatchObject({ procedure: "q", attempt: 1 });
    for (const procedure of ["odd", "none"]) await enqueue(host, jobOf(1, { procedure, retries: 0 }));
    await eventually(() => expect(app.replies).toHaveLength(4));
    expect(app.replies.slice(2).map(({ kind }) => kind)).toEqual(["dead", "dead"]);
  });

  it("is closed once, and then does nothing more", async () => {
    const { app, host, worker } = start(defineProcedures({ p: () => 1 }));
    await enqueue(host, jobOf(1));
    await eventually(() => expect(app.replies).toHaveLength(1));
    expect(await Promise.all([worker.close(), worker.close()])).toEqual([0, 0]);
    await enqueue(host, jobOf(2));
    expect(worker.stats()).toMatchObject({ results: 1, running: 0, connected: false });
  });

  it.each([
    ["no procedure", { procedures: defineProcedures({}) }, "at least one procedure"],
    ["a name that is none", { procedures: defineProcedures({ "a b": () => 1 }) }, "is no name"],
    ["a group that is none", { group: "a.b" }, "name of a group"],
    ["no concurrency", { concurrency: 0 }, "whole number"],
    ["a time that is no number", { redisUrl: "redis://a", retryMs: Number.NaN }, "retryMs must be a whole number"],
    ["a fraction", { amqpUrl: "amqp://a", retryMs: 1.5 }, "retryMs must be a whole number"],
    ["what is less than nothing", { amqpUrl: "amqp://a", claimAfterMs: -1 }, "claimAfterMs must be"],
    ["no time to show that it lives", { redisUrl: "redis://a", claimAfterMs: 99 }, "claimAfterMs must be"],
    ["two brokers", { amqpUrl: "amqp://a", redisUrl: "redis://a" }, "one of url"],
    ["a URL that is none", { redisUrl: "http://user:secret@a" }, "has to begin with redis://"],
  ])("refuses %s", (_, options, message) => {
    const procedures = defineProcedures({ p: () => 1 });
    expect(() => createWorker({ group: "g", procedures, log: SILENT, ...options })).toThrow(message);
  });
});
