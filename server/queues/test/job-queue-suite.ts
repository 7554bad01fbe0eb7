import { describe, expect, it } from "vitest";
import { eventually } from "../../test/patience.ts";
import { echo, enqueue, Gate, jobOf, type QueueBroker, result, SuiteQueue, textOf } from "./suite-queue.ts";

const upTo = (last: number): number[] => Array.from({ length: last }, (_, place) => place + 1);

/** What every driver has to do. One broker for all of it: each test has an application of its own. */
export function describeJobQueue(name: string, broker: () => QueueBroker, { priorities = true } = {}): void {
  describe(`jobs by way of ${name}`, () => {
    it("a job is done, and what it gives comes back with who asked for it", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      app.worker(async (job) => result({ got: textOf(job.input) }));
      const job = jobOf("in");
      await enqueue(host, job);
      await eventually(() => expect(app.replies).toHaveLength(1));
      const [reply] = app.replies;
      expect(reply).toMatchObject({ kind: "result", job: job.id, attempt: 1, procedure: "p", caller: job.caller });
      expect(app.results()).toEqual([{ got: "in" }]);
      const idle = { connected: true, waiting: 0, waitingBytes: 0, enqueued: 1, refused: 0 };
      await eventually(() => expect(host.stats()).toMatchObject(idle));
    });

    it("jobs that are enqueued before there is a worker are done when there is one", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      for (const input of upTo(5)) await enqueue(host, jobOf(input));
      app.worker(echo);
      await eventually(() => expect(app.results()).toEqual(upTo(5)));
    });

    it("workers of a group share its jobs, and none is done twice", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const [one, two] = [new Gate(), new Gate()];
      for (const gate of [one, two]) app.worker(gate.handler, { concurrency: 3 });
      await Promise.all(upTo(6).map((input) => enqueue(host, jobOf(input))));
      await eventually(() => expect([one.begun.length, two.begun.length]).toEqual([3, 3]));
      for (const { job, go } of [...one.begun, ...two.begun]) go(result(textOf(job.input)));
      await eventually(() => expect(app.results()).toHaveLength(6));
      expect(app.results().sort()).toEqual(upTo(6));
    });

    it("a worker never has more jobs than its concurrency, of all its procedures together", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const gate = new Gate();
      app.worker(gate.handler, { procedures: ["p", "q"], concurrency: 2 });
      for (const input of upTo(10)) await enqueue(host, jobOf(input, { procedure: input % 2 === 0 ? "p" : "q" }));
      for (const count of upTo(10)) {
        await eventually(() => expect(gate.begun.length).toBeGreaterThanOrEqual(count));
        gate.begun[count - 1]?.go(result(count));
      }
      await eventually(() => expect(app.results()).toHaveLength(10));
      expect(gate.most).toBe(2);
    });

    it("a worker gets only jobs of its procedures and of its group; others wait for who has them", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const seen: string[] = [];
      const worker = (options: { group?: string; procedures?: string[] }) =>
        app.worker(
          async (job) => {
            seen.push(`${options.group ?? "g"} ${options.procedures ?? ["p"]}: ${job.group} ${job.procedure}`);
            return result(0);
          },
          { concurrency: 10, ...options },
        );
      const first = worker({ procedures: ["p"] });
      worker({ group: "other", procedures: ["p"] });
      await enqueue(host, jobOf(1, { procedure: "late" }));
      await enqueue(host, jobOf(2, { procedure: "p" }));
      await enqueue(host, jobOf(3, { group: "other" }));
      await eventually(() => expect(app.replies).toHaveLength(2));
      expect(seen.sort()).toEqual(["g p: g p", "other p: other p"]);
      worker({ procedures: ["late"] });
      await eventually(() => expect(seen).toContain("g late: g late"));
      // and a procedure that is gone has its jobs wait
      await first.close(0);
      await enqueue(host, jobOf(4, { procedure: "p" }));
      worker({ procedures: ["p", "late"] });
      await eventually(() => expect(seen).toContain("g p,late: g p"));
      expect(seen).toHaveLength(4);
    });

    // a queue without priorities promises nothing
    if (priorities)
      it("urgent jobs are begun first, and what is equally urgent in its order", async () => {
        const app = new SuiteQueue(broker());
        const host = app.host();
        const begun: unknown[] = [];
        for (const [place, priority] of (["low", "normal", "high", "low", "normal", "high"] as const).entries()) {
          await enqueue(host, jobOf(`${priority} ${place}`, { priority }));
        }
        app.worker(async (job) => {
          begun.push(textOf(job.input));
          return result(0);
        });
        await eventually(() => expect(begun).toHaveLength(6));
        expect(begun).toEqual(["high 2", "high 5", "normal 1", "normal 4", "low 0", "low 3"]);
      });

    it("an error that is meant for the caller is told, and not tried again", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const attempts: number[] = [];
      app.worker(async (job) => {
        attempts.push(job.attempt);
        return { kind: "error", code: "SOLD_OUT", message: "none left", details: { show: 12 }, session: { user: "v" } };
      });
      await enqueue(host, jobOf(1));
      await eventually(() => expect(app.replies).toHaveLength(1));
      const told = { kind: "error", code: "SOLD_OUT", message: "none left", details: { show: 12 } };
      expect(app.replies[0]).toMatchObject({ ...told, session: { user: "v" } });
      expect(attempts).toEqual([1]);
      expect(await host.deadLetters(10)).toEqual([]);
    });

    it("a job that fails is tried again, and its caller gets what it gives at last", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const attempts: number[] = [];
      app.worker(async (job) => {
        attempts.push(job.attempt);
        if (job.attempt < 3) throw new Error("not yet");
        return result("at last");
      });
      await enqueue(host, jobOf(1));
      await eventually(() => expect(app.results()).toEqual(["at last"]));
      expect(attempts).toEqual([1, 2, 3]);
      expect(app.replies[0]?.attempt).toBe(3);
    });

    it("a job that fails each time goes to the dead letters with its error, and its caller is told", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const attempts: number[] = [];
      app.worker(async (job) => {
        attempts.push(job.attempt);
        throw new Error("poison");
      });
      const job = jobOf("bad", { retries: 2 });
      await enqueue(host, job);
      await eventually(() => expect(app.replies).toHaveLength(1));
      expect(app.replies[0]).toMatchObject({ kind: "dead", code: "INTERNAL", job: job.id, attempt: 3 });
      expect(attempts).toEqual([1, 2, 3]);
      const [dead, ...more] = await host.deadLetters(10);
      expect(more).toEqual([]);
      expect(dead?.error).toContain("poison");
      expect(dead?.job).toMatchObject({ id: job.id, attempt: 3, caller: job.caller });
      // and the next one is done
      await enqueue(host, jobOf("bad", { retries: 0 }));
      await eventually(() => expect(app.replies).toHaveLength(2));
    });

    it("a job that nobody has begun with in time is never begun, and its caller is told, with no worker there", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const job = jobOf("late", { ttlMs: 100 });
      await enqueue(host, job);
      await eventually(() => expect(app.replies).toHaveLength(1));
      expect(app.replies[0]).toMatchObject({ kind: "expired", job: job.id });
      expect(host.stats().expired).toBe(1);
      const begun: unknown[] = [];
      app.worker(async (job) => {
        begun.push(textOf(job.input));
        return result(0);
      });
      await enqueue(host, jobOf("in time", { ttlMs: 60_000 }));
      await eventually(() => expect(app.replies).toHaveLength(2));
      expect(begun).toEqual(["in time"]);
    });

    it("a job that expires while it waits for its next attempt is not tried again", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const attempts: unknown[] = [];
      app.worker(async (job) => {
        attempts.push([textOf(job.input), job.attempt]);
        if (job.ttlMs === 0) return result("there is a worker");
        await eventually(() => expect(Date.now()).toBeGreaterThan(job.createdAt + job.ttlMs));
        throw new Error("no");
      });
      await enqueue(host, jobOf("first"));
      await eventually(() => expect(app.replies).toHaveLength(1));
      await enqueue(host, jobOf("second", { ttlMs: 500 }));
      await eventually(() => expect(app.replies).toHaveLength(2));
      expect(app.replies[1]).toMatchObject({ kind: "expired" });
      expect(attempts).toEqual([
        ["first", 1],
        ["second", 1],
      ]);
    });

    it("what a job says meanwhile comes before its result", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      app.worker(async (job, run) => {
        run.tell({ kind: "progress", data: job.input });
        await run.send({ kind: "publish", channel: "news", data: job.input });
        await run.send({ kind: "toUser", user: "u", data: job.input });
        return { kind: "result", output: job.input, session: { tags: { done: "yes" } } };
      });
      await enqueue(host, jobOf("x"));
      await eventually(() => expect(app.replies).toHaveLength(4));
      expect(app.replies.map(({ kind }) => kind)).toEqual(["progress", "publish", "toUser", "result"]);
      expect(app.replies[1]).toMatchObject({ channel: "news" });
      expect(app.replies[3]).toMatchObject({ session: { tags: { done: "yes" } } });
    });
  });
}
