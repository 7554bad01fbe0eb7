import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { layCable } from "../../links/test/cable.ts";
import { ServiceProcess } from "../../links/test/service-process.ts";
import { packageUser } from "../../test/package-user.ts";
import { eventually } from "../../test/patience.ts";
import { echo, enqueue, Gate, jobOf, type QueueBroker, result, SuiteQueue, textOf } from "./suite-queue.ts";

const BIN = fileURLToPath(new URL("../../../dist/cli/bin.js", import.meta.url));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, place) => place + 1);

const TASKS = `
import { defineProcedures } from "fugitive/worker";
export const procedures = defineProcedures({
  // begins, and never ends
  p: async ({ progress }) => { progress("begun"); await new Promise(() => setTimeout(() => undefined, 1e9)); },
  crash: () => process.kill(process.pid, "SIGKILL"),
  slow: async ({ progress }, ms) => { progress("begun"); await new Promise((done) => setTimeout(done, ms)); return "slow"; },
});
`;

/** What becomes of jobs when processes end, in order or not, and when the broker does. */
export function describeQueueOutages(name: string, broker: () => QueueBroker, env: () => Record<string, string>): void {
  /** A worker as a program of its own. */
  async function startProcess(app: SuiteQueue): Promise<ServiceProcess> {
    const folder = await packageUser({});
    const file = join(folder, "tasks.mjs");
    await writeFile(file, TASKS);
    const args = [BIN, "worker", file, "--group", "g", "--name", app.name, "--retry-ms", "20"];
    const process_ = new ServiceProcess(process.execPath, args, { LOG_FORMAT: "json", ...env() });
    onTestFinished(() => process_.kill());
    return process_;
  }

  describe(`ends and outages, by way of ${name}`, () => {
    it("the job of a worker that is killed in the middle of it is done by another, as the second attempt", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const killed = await startProcess(app);
      const job = jobOf("in");
      await enqueue(host, job);
      await eventually(() => expect(app.replies.map(({ kind }) => kind)).toEqual(["progress"]));
      const attempts: number[] = [];
      app.worker(async ({ attempt }) => {
        attempts.push(attempt);
        return result("done");
      });
      await killed.kill();
      await eventually(() => expect(app.results()).toEqual(["done"]));
      expect(attempts).toEqual([2]);
      expect(app.replies.at(-1)).toMatchObject({ job: job.id, attempt: 2 });
    });

    it("a job that kills each of its workers goes to the dead letters", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      await enqueue(host, jobOf(null, { procedure: "crash", retries: 1 }));
      for (const _ of upTo(2)) await (await startProcess(app)).ended();
      let begun = 0;
      app.worker(
        async () => {
          begun++;
          return result(0);
        },
        { procedures: ["crash"] },
      );
      await eventually(() => expect(app.replies).toHaveLength(1));
      expect(app.replies[0]).toMatchObject({ kind: "dead", code: "UNAVAILABLE" });
      expect(begun).toBe(0);
      expect(await host.deadLetters(5)).toHaveLength(1);
    });

    it("a job whose worker is killed, and that nobody takes over in time, is answered as expired", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const killed = await startProcess(app);
      await enqueue(host, jobOf(0, { procedure: "slow" }));
      await eventually(() => expect(app.results()).toEqual(["slow"]));
      const job = jobOf("in", { ttlMs: 1_000 });
      await enqueue(host, job);
      await eventually(() => expect(app.replies.at(-1)).toMatchObject({ kind: "progress", job: job.id }));
      await killed.kill();
      await eventually(() => expect(app.replies.at(-1)).toMatchObject({ kind: "expired", job: job.id }));
    });

    it("a worker that is told to end finishes what it has, and takes nothing new", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const worker = await startProcess(app);
      await enqueue(host, jobOf(300, { procedure: "slow" }));
      await eventually(() => expect(app.replies).toHaveLength(1));
      worker.signal("SIGTERM");
      await enqueue(host, jobOf(0, { procedure: "slow" }));
      await eventually(() => expect(worker.exitCode).toBe(0));
      expect(app.results()).toEqual(["slow"]);
      expect(worker.output).toContain("ended");
      const begun: unknown[] = [];
      app.worker(
        async (job) => {
          begun.push(textOf(job.input), job.attempt);
          return result("next");
        },
        { procedures: ["slow"] },
      );
      await eventually(() => expect(app.results()).toEqual(["slow", "next"]));
      expect(begun).toEqual([0, 1]);
    });

    it("a worker hands back what it has not done in time, as the same attempt", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const aborted: boolean[] = [];
      const worker = app.worker(async (_, { signal }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        aborted.push(signal.aborted);
        return result("too late");
      });
      await enqueue(host, jobOf(1, { retries: 0 }));
      await eventually(() => expect(worker.running).toBe(1));
      expect(await worker.close(0)).toBe(1);
      expect(aborted).toEqual([true]);
      const attempts: number[] = [];
      app.worker(async ({ attempt }) => {
        attempts.push(attempt);
        return result("done");
      });
      await eventually(() => expect(app.results()).toEqual(["done"]));
      expect(attempts).toEqual([1]);
    });

    it("a job that goes on while its worker loses the broker is not begun anew there", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host();
      const cable = await layCable(Number(new URL(broker().url).port));
      onTestFinished(() => cable.cut());
      const url = new URL(broker().url);
      url.port = String(cable.port);
      const gate = new Gate();
      const queue = app.open({ url: url.href });
      const worker = queue.consume({ group: "g", procedures: ["p"], concurrency: 1 }, gate.handler);
      onTestFinished(async () => void (await worker.close(0)));
      await enqueue(host, jobOf(1));
      await eventually(() => expect(gate.begun).toHaveLength(1));
      await cable.cut();
      await eventually(() => expect(queue.stats().connected).toBe(false));
      await cable.mend();
      await eventually(() => expect(queue.stats().connected).toBe(true));
      await enqueue(host, jobOf(2));
      gate.begun[0]?.go(result(1));
      await eventually(() => expect(gate.inputs()).toEqual([1, 2]));
      gate.begun[1]?.go(result(2));
      await eventually(() => expect(app.results()).toEqual([1, 2]));
    });

    it("a reply goes to the host that it is for, to any where that is not there, and comes again until it is safe", async () => {
      const app = new SuiteQueue(broker());
      const [one, two] = [app.open({ host: "one" }), app.open({ host: "two" })];
      const seen: string[] = [];
      let refusals = 2;
      one.consumeReplies((reply, done) => {
        seen.push(`one ${reply.job}`);
        done(refusals-- <= 0);
      });
      // there is a queue for each host from here on
      await eventually(async () => expect(await hostsKnown()).toBe(true));
      app.worker(echo);
      const of = (id: string, replyTo: string) =>
        jobOf(id, { id, caller: { session: "s", call: 1, tags: {}, replyTo } });
      await enqueue(two, of("a", "one"));
      await eventually(() => expect(seen).toEqual(["one a", "one a", "one a"]));
      await enqueue(two, of("b", "three"));
      await eventually(() => expect(seen).toContain("one b"));

      async function hostsKnown(): Promise<boolean> {
        return one.stats().connected && two.stats().connected;
      }
    });

    it("replies for a host that has been gone for long go to any other", async () => {
      const app = new SuiteQueue(broker());
      const gone = app.open({ host: "gone", hostGoneMs: 300 });
      let heard = 0;
      gone.consumeReplies((_, done) => {
        heard++;
        done(true);
      });
      app.worker(echo);
      const other = app.host({ host: "other" });
      const forGone = () => enqueue(other, jobOf(1, { caller: { session: "s", call: 1, tags: {}, replyTo: "gone" } }));
      await eventually(async () => {
        await forGone();
        expect(heard).toBeGreaterThan(0);
      });
      await gone.close();
      const before = app.replies.length;
      await eventually(async () => {
        await forGone();
        expect(app.replies.length).toBeGreaterThan(before);
      });
    });

    it("what cannot reach the broker in time is refused, and so is what does not fit", async () => {
      const app = new SuiteQueue(broker());
      const cable = await layCable(Number(new URL(broker().url).port));
      const url = new URL(broker().url);
      url.port = String(cable.port);
      await cable.cut();
      const queue = app.open({ url: url.href, waitMs: 300, maxWaiting: 2 });
      const codes = await Promise.all(
        upTo(3).map((input) => enqueue(queue, jobOf(input)).catch(({ code }: { code: string }) => code)),
      );
      expect(codes).toEqual(["UNAVAILABLE", "UNAVAILABLE", "OVERLOADED"]);
      expect(queue.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, refused: 3, connected: false });
      const late = enqueue(app.open({ url: url.href, waitMs: 60_000 }), jobOf(4));
      await cable.mend();
      await late;
      await cable.cut();
    });

    it("all that was enqueued is done when the broker is killed and started again under load", async () => {
      const app = new SuiteQueue(broker());
      const host = app.host({ waitMs: 30_000 });
      app.worker(echo, { concurrency: 5 });
      const had: number[] = [];
      let input = 0;
      const add = (): void => {
        const next = ++input;
        host.enqueue(jobOf(next, { retries: 10 }), (error) => {
          if (error === undefined) had.push(next);
        });
      };
      const traffic = setInterval(add, 2);
      onTestFinished(() => clearInterval(traffic));
      await eventually(() => expect(app.results().length).toBeGreaterThan(50));
      await broker().kill();
      const before = input;
      await eventually(() => expect(input).toBeGreaterThan(before + 50));
      await broker().start();
      clearInterval(traffic);
      await eventually(() => expect(host.stats()).toMatchObject({ waiting: 0, connected: true }));
      await eventually(() => expect(new Set(app.results())).toEqual(new Set(had)));
      expect(had.length).toBeGreaterThan(before);
    });
  });
}
