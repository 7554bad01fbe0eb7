import { describe, expect, it } from "vitest";
import { AppError } from "../../client/index.ts";
import { formatDuration, formatError, formatJson, parseJson } from "./text.ts";

describe("what people type", () => {
  it("is JSON, or nothing where the field is empty", () => {
    expect(parseJson('{ "x": [1] }')).toEqual({ x: [1] });
    expect(parseJson(" \n")).toBeUndefined();
  });

  it("is refused where it is no JSON", () => {
    expect(() => parseJson("{")).toThrow(expect.objectContaining({ code: "NO_JSON" }));
  });
});

describe("what people read", () => {
  it("shows values that JSON has no way to write", () => {
    expect(formatJson({ big: 2n ** 60n, bytes: new Uint8Array(3) })).toBe(
      '{"big":"1152921504606846976n","bytes":"3 bytes"}',
    );
    expect(formatJson(undefined)).toBe("nothing");
  });

  it("has the code of an error, or else its name", () => {
    expect(formatError(new AppError("SOLD_OUT", "Too late."))).toBe("SOLD_OUT: Too late.");
    expect(formatError(new RangeError("Too far."))).toBe("RangeError: Too far.");
    expect(formatError("odd")).toBe("odd");
  });

  it("has durations of two or three digits", () => {
    expect([0.44, 12.4, 1234].map(formatDuration)).toEqual(["0.4 ms", "12 ms", "1.23 s"]);
  });
});
