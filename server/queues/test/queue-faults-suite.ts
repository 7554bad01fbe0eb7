import { describe, expect, it } from "vitest";
import { eventually } from "../../test/patience.ts";
import { echo, enqueue, Gate, jobOf, type QueueBroker, result, SuiteQueue, textOf } from "./suite-queue.ts";

const upTo = (last: number): number[] => Array.from({ length: last }, (_, place) => place + 1);

/** What becomes of jobs and replies where those who get them do something odd. */
export function describeQueueFaults(name: string, broker: () => QueueBroker): void {
  describe(`odd things, by way of ${name}`, () => {
    it("what a handler throws is a failure, however odd, and so is what it gives where that is nothing", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const odd = [Object.create(null), { toString: 1 }, Object.assign(new Error("e"), { stack: Object.create(null) })];
      app.worker(async ({ input }) => {
        const place = textOf(input) as number;
        if (place === odd.length) return undefined as never;
        throw odd[place];
      });
      for (const place of [0, 1, 2, 3]) await enqueue(host, jobOf(place, { retries: 0 }));
      await eventually(() => expect(app.replies).toHaveLength(4));
      expect(app.replies.map(({ kind }) => kind)).toEqual(["dead", "dead", "dead", "dead"]);
      expect(await host.deadLetters(10)).toHaveLength(4);
    });

    it("a worker may be given for ever to end, and no time at all where that is no number", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const gate = new Gate();
      const patient = app.worker(gate.handler);
      await enqueue(host, jobOf(1));
      await eventually(() => expect(gate.begun).toHaveLength(1));
      const closed = patient.close(Number.POSITIVE_INFINITY);
      // many turns later
      await Promise.all(upTo(20).map((input) => enqueue(host, jobOf(input, { procedure: "other" }))));
      gate.begun[0]?.go(result(1));
      expect(await closed).toBe(0);
      const other = app.worker(gate.handler, { procedures: ["other"] });
      await eventually(() => expect(gate.begun).toHaveLength(2));
      expect(await other.close(Number.NaN)).toBe(1);
    });

    it("a reply whose consumer throws comes once more, and takes no place after that", async () => {
      const app = new SuiteQueue(broker());
      const host = app.open({ replyConcurrency: 1 });
      const seen: string[] = [];
      host.consumeReplies(({ job }, done) => {
        seen.push(job);
        if (job === "bad") throw new Error("no");
        done(true);
        throw new Error("too late to matter");
      });
      app.worker(echo);
      for (const id of ["bad", "good", "last"]) await enqueue(host, jobOf(0, { id }));
      await eventually(() => expect(seen.toSorted()).toEqual(["bad", "bad", "good", "last"]));
    });

    it("several may look at the dead letters at the same time, and see the newest", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const other = app.open();
      app.worker(async () => {
        throw new Error("no");
      });
      for (const input of upTo(20)) await enqueue(host, jobOf(input, { retries: 0 }));
      await eventually(() => expect(app.replies).toHaveLength(20));
      await eventually(() => expect(other.stats().connected).toBe(true));
      const looks = await Promise.all([host.deadLetters(100), other.deadLetters(100), host.deadLetters(3)]);
      expect(looks.map((found) => found.map(({ job }) => textOf(job.input)))).toEqual([
        upTo(20).reverse(),
        upTo(20).reverse(),
        [20, 19, 18],
      ]);
    });

    it("a job that was put in twice takes no place for ever", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const gate = new Gate();
      const job = jobOf("twice");
      for (const _ of [1, 2]) await enqueue(host, job);
      const last = upTo(2).map((input) => enqueue(host, jobOf(input)));
      await Promise.all(last);
      app.worker(gate.handler, { concurrency: 2 });
      // however often it is begun
      let next = 0;
      await eventually(() => {
        for (const { job: begun, go } of gate.begun.slice(next)) {
          next++;
          if (textOf(begun.input) === "twice") go(result("twice"));
        }
        expect(gate.inputs()).toEqual(expect.arrayContaining([1, 2]));
      });
      for (const { go } of gate.begun) go(result(0));
    });
  });
}
