import { describe, expect, it } from "vitest";
import { addCount, addCounts, noCounts } from "./counts.ts";

describe("counts by name", () => {
  it("count whatever a name is", () => {
    const counts = noCounts();
    // as it comes from another process
    const told = JSON.parse('{"constructor": 2, "__proto__": 3, "LOST": 1}');
    addCounts(counts, told);
    addCounts(counts, told);
    addCount(counts, "LOST");
    expect(Object.entries(counts)).toEqual([
      ["constructor", 4],
      ["__proto__", 6],
      ["LOST", 3],
    ]);
  });

  it("have no more names than can be shown, however long that goes on", () => {
    const counts = noCounts();
    for (let name = 0; name < 10_000; name++) addCounts(counts, { [`4000 request ${name}`]: 1 });
    expect(Object.keys(counts)).toHaveLength(51);
    expect(counts.others).toBe(9_950);
    expect(counts["4000 request 0"]).toBe(1);
  });
});
