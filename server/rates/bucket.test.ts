import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bucket } from "./bucket.ts";
import { burstOf, limitPer, perSecond } from "./rate.ts";

const START = 12_345.678;

describe("a bucket", () => {
  it("gives as many at once as it holds, and then says after how many milliseconds there is one", () => {
    const bucket = new Bucket(limitPer(5, 60_000));
    for (let count = 0; count < 5; count++) expect(bucket.take(START)).toBe(0);
    expect(bucket.take(START)).toBe(12_000);
    expect(bucket.take(START + 11_999)).toBe(1);
    expect(bucket.take(START + 12_000)).toBe(0);
    expect(bucket.take(START + 12_000)).toBe(12_000);
  });

  it("costs who is refused nothing", () => {
    const bucket = new Bucket(limitPer(1, 1_000));
    bucket.take(START);
    for (let count = 0; count < 100; count++) expect(bucket.take(START + count)).toBe(1_000 - count);
    expect(bucket.take(START + 1_000)).toBe(0);
  });

  it("holds no more after a long pause than it did at first", () => {
    const bucket = new Bucket(perSecond(10, 500));
    const taken = (at: number) => Array.from({ length: 20 }, () => bucket.take(at)).filter((wait) => wait === 0).length;
    expect(taken(START)).toBe(5);
    expect(taken(START + 1_000_000)).toBe(5);
  });

  it("lets at least one through, however little may come at once", () => {
    expect(burstOf(perSecond(1, 1))).toBe(1);
    expect(new Bucket(perSecond(1, 1)).take(START)).toBe(0);
  });

  it("takes what was done already, and has nobody wait for longer than all of it takes", () => {
    const bucket = new Bucket(limitPer(10, 1_000));
    expect(bucket.charge(START, 9)).toBe(0);
    expect(bucket.charge(START, 1)).toBe(100);
    expect(bucket.charge(START, 5)).toBe(600);
    expect(bucket.charge(START, 1_000_000)).toBe(1_100);
    expect(bucket.take(START + 1_099)).toBe(1);
    expect(bucket.take(START + 1_100)).toBe(0);
  });

  it("never gives more than its rate and what may come at once, and what it says of the wait is true", () => {
    const steps = fc.array(fc.tuple(fc.double({ min: 0, max: 50, noNaN: true }), fc.integer({ min: 1, max: 3 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 1_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        steps,
        (limit, perMs, all) => {
          const bucket = new Bucket(limitPer(limit, perMs));
          let now = START;
          let given = 0;
          for (const [pause, count] of all) {
            now += pause;
            const wait = bucket.take(now, count);
            if (wait === 0) given += count;
            else {
              now += wait;
              expect(bucket.take(now, count)).toBe(0);
              given += count;
            }
            expect(given).toBeLessThanOrEqual(limit + ((now - START) * limit) / perMs + 0.01);
          }
        },
      ),
    );
  });
});
