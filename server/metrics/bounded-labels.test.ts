import { describe, expect, it } from "vitest";
import { BoundedLabels, OTHER } from "./bounded-labels.ts";

describe("bounded labels", () => {
  it("tell the first so many values apart, and call all others the same", () => {
    const labels = new BoundedLabels(2);
    expect(["a", "b", "c", "a", "d", "b"].map((value) => labels.of(value))).toEqual(["a", "b", OTHER, "a", OTHER, "b"]);
    expect(labels.size).toBe(2);
  });

  it("are a hundred by default", () => {
    const labels = new BoundedLabels();
    for (let index = 0; index < 500; index++) labels.of(`value ${index}`);
    expect([labels.size, labels.of("value 99"), labels.of("value 100")]).toEqual([100, "value 99", OTHER]);
  });

  it("do not keep what is too long to be one", () => {
    const labels = new BoundedLabels();
    expect(labels.of("x".repeat(129))).toBe(OTHER);
    expect(labels.of("x".repeat(128))).toBe("x".repeat(128));
    expect(labels.size).toBe(1);
  });

  it("are well-formed, and two values that become the same are the same", () => {
    const labels = new BoundedLabels();
    expect([labels.of("\ud800"), labels.of("\udbff")]).toEqual(["\ufffd", "\ufffd"]);
  });
});
