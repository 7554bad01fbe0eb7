import { describe, expect, it, vi } from "vitest";
import { ERROR_CODES } from "./codes.ts";
import { AppError, errorFromReply, errorReply } from "./errors.ts";
import { Kind } from "./message.ts";

describe("AppError", () => {
  it("has its code's text where it is given none", () => {
    for (const [code, { text, retry }] of Object.entries(ERROR_CODES)) {
      const error = new AppError(code);
      expect([error.code, error.message, error.retry, error.details]).toEqual([code, text, retry, undefined]);
    }
  });

  it("takes a code of the application's own, whose text is the code and which no retry helps", () => {
    const error = new AppError("SOLD_OUT");
    expect([error.code, error.message, error.retry]).toEqual(["SOLD_OUT", "SOLD_OUT", false]);
  });

  it("does not take the names of an object's own properties for codes", () => {
    for (const code of ["toString", "constructor", "__proto__", ""]) {
      const error = new AppError(code);
      expect([error.message, error.retry]).toEqual([code, false]);
    }
  });

  it("is an Error with a name, a stack and a cause", () => {
    const cause = new Error("below");
    const error = new AppError("INTERNAL", "above", { a: 1 }, { cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, error.details, error.cause]).toEqual(["AppError", "above", { a: 1 }, cause]);
    expect(error.stack).toContain("errors.test");
  });
});

describe("another copy of AppError", () => {
  it("makes what this one knows for an AppError, and the other way round", async () => {
    vi.resetModules();
    const other = await import("./errors.ts");
    expect(other.AppError).not.toBe(AppError);
    const error = new other.AppError("SOLD_OUT", "Gone.", { show: 12 });
    expect([error instanceof AppError, new AppError("X") instanceof other.AppError]).toEqual([true, true]);
    expect(errorReply(1, error)).toEqual([Kind.ERROR, 1, "SOLD_OUT", "Gone.", { show: 12 }]);
  });

  it("is not seen in what is no AppError, nor in classes that extend it", () => {
    class SoldOut extends AppError {}
    const values = [new Error("x"), { code: "X", message: "x" }, null, undefined, "x", 1];
    expect(values.map((value) => value instanceof AppError)).toEqual(values.map(() => false));
    const [own, base] = [new SoldOut("X"), new AppError("X")];
    expect([own instanceof SoldOut, own instanceof AppError, base instanceof SoldOut]).toEqual([true, true, false]);
  });
});

describe("errorReply", () => {
  it("sends an AppError as it is", () => {
    expect(errorReply(7, new AppError("CONFLICT", "Taken."))).toEqual([Kind.ERROR, 7, "CONFLICT", "Taken."]);
    const details = { retryAfterMs: 100 };
    expect(errorReply(null, new AppError("RATE_LIMITED", "Wait.", details))).toEqual([
      Kind.ERROR,
      null,
      "RATE_LIMITED",
      "Wait.",
      details,
    ]);
  });

  it("sends details that are falsy, but not undefined", () => {
    for (const details of [null, 0, "", false]) expect(errorReply(1, new AppError("X", "x", details))[4]).toBe(details);
  });

  it("says nothing of an error that was not thrown on purpose", () => {
    const secret = Object.assign(new Error("password=123"), { code: "ECONNREFUSED", details: "10.0.0.1" });
    for (const thrown of [secret, "a string", null, undefined, { code: "CONFLICT", message: "fake" }]) {
      expect(errorReply(3, thrown)).toEqual([Kind.ERROR, 3, "INTERNAL", ERROR_CODES.INTERNAL.text]);
    }
  });
});

describe("errorFromReply", () => {
  it("throws on this side what was thrown on the other", () => {
    for (const error of [new AppError("TIMEOUT"), new AppError("SOLD_OUT", "Gone.", { show: 12 })]) {
      const copy = errorFromReply(errorReply(1, error));
      expect([copy.code, copy.message, copy.details, copy.retry]).toEqual([
        error.code,
        error.message,
        error.details,
        error.retry,
      ]);
    }
  });
});
