import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../histogram.ts";
import { Ledger } from "./ledger.ts";
import { type Snapshot, SnapshotBuilder } from "./snapshot.ts";

function counted(opened: number, connections = 0): Snapshot {
  const histogram = new Histogram();
  histogram.record(1, opened);
  const snapshot = new SnapshotBuilder();
  snapshot.add("fugitive_connections_opened_total", [], opened);
  snapshot.add("fugitive_connections", ["1"], connections);
  snapshot.addHistogram("fugitive_call_duration_seconds", ["a"], histogram);
  return snapshot.build();
}

const openedOf = (snapshot: Snapshot) => snapshot.fugitive_connections_opened_total?.[0]?.[1][0] ?? 0;

describe("totals over all processes", () => {
  it("keep what a process that is gone had counted, and forget its sizes", () => {
    const ledger = new Ledger();
    ledger.total(
      [1, 2],
      new Map([
        [1, counted(5, 3)],
        [2, counted(7)],
      ]),
    );
    const total = ledger.total([2], new Map([[2, counted(8)]]));
    expect(openedOf(total)).toBe(13);
    expect(total.fugitive_connections).toEqual([[["1"], [0]]]);
    expect(total.fugitive_call_duration_seconds?.[0]?.[1].at(3)).toBe(13);
    // once, however often it is asked
    expect(openedOf(ledger.total([2], new Map([[2, counted(8)]])))).toBe(13);
  });

  it("keep what a process that is silent had counted, until it says more", () => {
    const ledger = new Ledger();
    ledger.total(["a"], new Map([["a", counted(5, 3)]]));
    const silent = ledger.total(["a"], new Map());
    expect([openedOf(silent), silent.fugitive_connections]).toEqual([5, undefined]);
    expect(openedOf(ledger.total(["a"], new Map([["a", counted(6)]])))).toBe(6);
  });

  it("take a successor for another process", () => {
    const ledger = new Ledger();
    ledger.total([1], new Map([[1, counted(5)]]));
    expect(openedOf(ledger.total([2], new Map([[2, counted(1)]])))).toBe(6);
  });

  it("count who answers though nobody knew of it", () => {
    expect(openedOf(new Ledger().total([], new Map([[9, counted(4)]])))).toBe(4);
  });

  it("never fall, whoever dies, is silent, or comes", () => {
    const step = fc.record({ worker: fc.nat(3), does: fc.constantFrom("counts", "dies", "is silent", "speaks") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = new Ledger();
        const workers = Array.from({ length: 4 }, (_, member) => ({ member, opened: 0, silent: false }));
        let members = 4;
        let before = 0;
        for (const { worker: index, does } of steps) {
          const worker = workers[index] ?? { member: 0, opened: 0, silent: false };
          if (does === "counts") worker.opened++;
          else if (does === "dies") Object.assign(worker, { member: members++, opened: 0, silent: false });
          else worker.silent = does === "is silent";
          const speaking = workers.filter(({ silent }) => !silent);
          const total = openedOf(
            ledger.total(
              workers.map(({ member }) => member),
              new Map(speaking.map(({ member, opened }) => [member, counted(opened)])),
            ),
          );
          expect(total).toBeGreaterThanOrEqual(before);
          before = total;
        }
      }),
    );
  });
});
