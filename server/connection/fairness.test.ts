import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { Fairness, type Workload } from "./fairness.ts";

/** A fairness whose time goes on by what is done in it. */
function fairness() {
  const clock = { ms: 0 };
  return { clock, fair: new Fairness(() => clock.ms) };
}

/** Work of so many steps that take a while each; a turn's steps are noted. */
function workload(fair: Fairness, clock: { ms: number }, name: string, steps: number, stepMs: number, done: string[]) {
  let left = steps;
  const work: Workload = {
    goOn() {
      do {
        clock.ms += stepMs;
        left--;
        done.push(name);
      } while (left > 0 && !fair.over);
      return left > 0;
    },
  };
  return work;
}

it("a turn is over when all that is dear has taken 10 ms, and the next one begins anew", async () => {
  const { clock, fair } = fairness();
  expect(fair.over).toBe(false);
  clock.ms = 10;
  expect(fair.over).toBe(false);
  clock.ms = 10.5;
  expect(fair.over).toBe(true);
  await nextTurn();
  expect(fair.over).toBe(false);
});

it("what is left is done in turns, everybody's in its own", async () => {
  const { clock, fair } = fairness();
  const done: string[] = [];
  for (const name of ["a", "b", "c"]) fair.later(workload(fair, clock, name, 12, 4, done));
  expect(done).toEqual([]);
  for (let turns = 0; turns < 30; turns++) await nextTurn();
  // three steps of 4 ms are more than 10
  expect(done.join("")).toBe("aaabbbccc".repeat(4));
});

it("whoever has little to do is done with it in between", async () => {
  const { clock, fair } = fairness();
  const done: string[] = [];
  fair.later(workload(fair, clock, "much", 100, 6, done));
  await nextTurn();
  fair.later(workload(fair, clock, "little", 1, 1, done));
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(done.indexOf("little")).toBeLessThan(6);
});

it("the more waits, the less of one client may, once it is much", () => {
  const { fair } = fairness();
  const megabytes = 1_048_576;
  const alone = fair.room;
  expect(alone).toBe(16 * megabytes);
  // each of them as many as it may
  for (let count = 0; count < 7; count++) fair.waits(fair.room);
  expect(fair.room).toBe(16 * megabytes);
  fair.waits(fair.room / 2);
  expect(fair.room).toBe(8 * megabytes);
  fair.waits(-100 * megabytes);
  expect(fair.room).toBe(16 * megabytes);
});

it("a turn is no longer for work that asks for another while it is done", async () => {
  const { clock, fair } = fairness();
  const lengths: number[] = [];
  const work: Workload = {
    goOn() {
      const begun = clock.ms;
      while (!fair.over) clock.ms += 1;
      fair.later(work);
      lengths.push(clock.ms - begun);
      return lengths.length < 20;
    },
  };
  fair.later(work);
  for (let turns = 1; turns <= 8; turns++) {
    await nextTurn();
    expect(lengths.length).toBeLessThanOrEqual(turns);
  }
});

it("who is forgotten is not asked to go on", async () => {
  const { clock, fair } = fairness();
  const done: string[] = [];
  const work = workload(fair, clock, "gone", 3, 1, done);
  fair.later(work);
  fair.forget(work);
  await nextTurn();
  await nextTurn();
  expect(done).toEqual([]);
});

it("lets what there is no room for be done for half a second of the processor's, however long that takes", () => {
  const clock = { ms: 0, cpu: 0 };
  const fair = new Fairness(
    () => clock.ms,
    () => clock.cpu,
  );
  expect(fair.spent).toBe(false);
  clock.ms = 60_000;
  expect(fair.spent).toBe(false);
  clock.cpu = 500;
  expect(fair.spent).toBe(false);
  clock.cpu = 501;
  expect(fair.spent).toBe(true);
});
