import { describe, expect, it } from "vitest";
import { editDistance, nearestName, suggestion } from "./edit-distance.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["", "port", 4],
    ["port", "port", 0],
    ["port", "part", 1],
    ["port", "prt", 1],
    ["port", "portt", 1],
    ["port", "prot", 1],
    ["kitten", "sitting", 3],
    ["abcdef", "badcfe", 3],
  ])("from %j to %j is %i", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe("nearestName", () => {
  const known = ["port", "host", "maxPayload", "maxCalls"];

  it("finds a name in spite of letters that were swapped, lost or added", () => {
    expect(nearestName("prot", known)).toBe("port");
    expect(nearestName("maxPaylod", known)).toBe("maxPayload");
    expect(nearestName("hosst", known)).toBe("host");
  });

  it("finds a name that is spelled as a flag or as an environment variable", () => {
    expect(nearestName("--max-calls", known)).toBe("maxCalls");
    expect(nearestName("MAX_CALLS", known)).toBe("maxCalls");
  });

  it("prefers the nearer of two", () => {
    expect(nearestName("ports", ["sport", "port"])).toBe("port");
  });

  it("suggests nothing where nothing is near, or the word is absurdly long", () => {
    expect(nearestName("colour", known)).toBeUndefined();
    expect(nearestName("port".repeat(1000), known)).toBeUndefined();
    expect(suggestion("colour", known)).toBe("");
  });
});
