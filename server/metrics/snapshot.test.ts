import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPack } from "../../shared/msgpack-codec.ts";
import { Histogram } from "../histogram.ts";
import { countersOf, mergeSnapshots, type Snapshot, SnapshotBuilder } from "./snapshot.ts";

function snapshotOf(build: (snapshot: SnapshotBuilder) => void): Snapshot {
  const snapshot = new SnapshotBuilder();
  build(snapshot);
  return snapshot.build();
}

function durations(...ms: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const one of ms) histogram.record(one);
  return histogram;
}

const one = snapshotOf((snapshot) => {
  snapshot.add("fugitive_connections", ["1"], 3);
  snapshot.add("fugitive_calls_total", ["a", "ok"], 5);
  snapshot.addHistogram("fugitive_call_duration_seconds", ["a"], durations(1_000, 20_000));
});
const other = snapshotOf((snapshot) => {
  snapshot.add("fugitive_connections", ["2"], 4);
  snapshot.add("fugitive_calls_total", ["a", "ok"], 7);
  snapshot.add("fugitive_calls_total", ["a", "OOPS"], 1);
  snapshot.addHistogram("fugitive_call_duration_seconds", ["a"], durations(1_000));
});

describe("snapshots", () => {
  it("of several processes are added up where the labels are the same", () => {
    expect(mergeSnapshots([one, other])).toEqual(
      snapshotOf((snapshot) => {
        snapshot.add("fugitive_connections", ["1"], 3);
        snapshot.add("fugitive_connections", ["2"], 4);
        snapshot.add("fugitive_calls_total", ["a", "ok"], 12);
        snapshot.add("fugitive_calls_total", ["a", "OOPS"], 1);
        snapshot.addHistogram("fugitive_call_duration_seconds", ["a"], durations(1_000, 20_000, 1_000));
      }),
    );
  });

  it("stay as they are when they are added up", () => {
    const before = structuredClone(one);
    mergeSnapshots([one, other, one]);
    expect(one).toEqual(before);
  });

  it("come back the same out of MessagePack and out of JSON", () => {
    const pack = createPack();
    expect(pack.unpack(pack.pack(one))).toEqual(one);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });

  it("of a process that is gone keep only what never falls", () => {
    expect(Object.keys(countersOf(one))).toEqual(["fugitive_calls_total", "fugitive_call_duration_seconds"]);
  });

  it("of which something is not known here are added up without that", () => {
    const odd = { ...one, fugitive_of_tomorrow_total: [[[], [1]]] } as Snapshot;
    expect(mergeSnapshots([odd])).toEqual(one);
  });

  it("never mix up series, whatever their labels are", () => {
    const label = fc.oneof(fc.string({ maxLength: 4 }), fc.stringMatching(/^[0-9:,"]{0,4}$/));
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), { maxLength: 12 }), (all) => {
        const snapshots = all.map((labels) =>
          snapshotOf((snapshot) => snapshot.add("fugitive_connections_by_tag", labels, 1)),
        );
        const merged = mergeSnapshots(snapshots).fugitive_connections_by_tag ?? [];
        const apart = new Set(all.map((labels) => JSON.stringify(labels)));
        expect(new Set(merged.map(([labels]) => JSON.stringify(labels)))).toEqual(apart);
        expect(merged.length).toBe(apart.size);
        expect(merged.reduce((sum, [, [value = 0]]) => sum + value, 0)).toBe(all.length);
      }),
    );
  });
});
