import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { AppError, defineApp } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";

const MASKED = "Something went wrong on the other side.";

class DomainError extends Error {
  readonly code = "LOOKS_LIKE_ONE";
  readonly details = { secret: true };
}

const circular: { self?: unknown } = {};
circular.self = circular;

const app = defineApp({
  procedures: {
    sync: (input: unknown) => ({ got: input }),
    async: async (input: unknown) => ({ got: await delay(1, input) }),
    thenable: (input: unknown) => ({
      // biome-ignore lint/suspicious/noThenProperty: a homemade promise
      then: (resolve: (value: unknown) => void) => resolve(input),
    }),
    input: (...all: unknown[]) => all.length,
    throws: () => {
      throw new Error("password=hunter2");
    },
    rejects: async () => {
      await delay(1);
      throw new DomainError("password=hunter2");
    },
    throwsText: () => {
      throw "password=hunter2";
    },
    rejectsWithNothing: () => Promise.reject(),
    refuses: () => {
      throw new AppError("SOLD_OUT", "The last seat is gone.", { show: 12, seats: [] });
    },
    refusesLater: async () => {
      await delay(1);
      throw new AppError("FORBIDDEN");
    },
    refusesBadly: () => {
      throw new AppError("ODD", "With details that do not encode.", circular);
    },
    symbol: () => Symbol("x"),
    func: () => () => 1,
    circular: () => circular,
    huge: () => 2n ** 70n,
    hugeLater: async () => ({ deep: [2n ** 70n] }),
    badThen: () => ({
      // biome-ignore lint/suspicious/noThenProperty: what is thrown at us
      get then() {
        throw new Error("password=hunter2");
      },
    }),
    throwingThen: () => ({
      // biome-ignore lint/suspicious/noThenProperty: what is thrown at us
      then: () => {
        throw new Error("password=hunter2");
      },
    }),
    badStream: async () => ({
      get [Symbol.asyncIterator]() {
        throw new Error("password=hunter2");
      },
    }),
    toJson: () => ({
      toJSON: () => {
        throw new Error("password=hunter2");
      },
    }),
  },
});

describe.each(FORMATS)("a procedure over %s", (format) => {
  it.each([
    ["sync", 1, { got: 1 }],
    ["async", 2, { got: 2 }],
    ["thenable", 3, 3],
    ["input", 4, 2],
  ])("that is %s is answered with what it gives", async (name, input, result) => {
    const client = await (await serve(app)).connect({ format });
    expect(await client.ask([2, 1, name, input])).toEqual([3, 1, result]);
  });

  it.each(["throws", "rejects", "throwsText", "rejectsWithNothing"])(
    "that fails (%s) is answered with INTERNAL and no word more; the log has the cause",
    async (name) => {
      const run = await serve(app);
      const errors: unknown[] = [];
      run.server.on("error", (error) => void errors.push(error));
      const client = await run.connect({ format });
      expect(await client.ask([2, 1, name])).toEqual([4, 1, "INTERNAL", MASKED]);
      const records = run.records.filter(({ level }) => level === "error");
      expect(records).toHaveLength(1);
      expect(records[0]?.fields).toMatchObject({ procedure: name, connection: expect.any(String) });
      if (name !== "rejectsWithNothing") expect(String(records[0]?.fields.error)).toContain("password=hunter2");
      expect(errors).toEqual([records[0]?.fields.error]);
      expect(await client.ask([2, 2, "sync"])).toMatchObject([3, 2, {}]);
    },
  );

  it("that refuses on purpose is answered with its code, text and details, and nothing is logged", async () => {
    const run = await serve(app);
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "refuses"])).toEqual([
      4,
      1,
      "SOLD_OUT",
      "The last seat is gone.",
      { show: 12, seats: [] },
    ]);
    expect(await client.ask([2, 2, "refusesLater"])).toEqual([4, 2, "FORBIDDEN", "You may not do this."]);
    expect(run.records.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("that refuses with details which do not encode still tells its code and text", async () => {
    const run = await serve(app);
    const client = await run.connect({ format: "json" });
    expect(await client.ask([2, 1, "refusesBadly"])).toEqual([4, 1, "ODD", "With details that do not encode."]);
    expect(run.records.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it.each(["badThen", "throwingThen", "badStream"])("whose result is a trap (%s) harms itself alone", async (name) => {
    const client = await (await serve(app, { callTimeoutMs: 30 })).connect({ format });
    expect(await client.ask([2, 1, name])).toEqual([4, 1, "INTERNAL", MASKED]);
    expect(await client.ask([2, 1, "sync", 1])).toEqual([3, 1, { got: 1 }]);
    await delay(80);
    expect(await client.settled()).toEqual([]);
  });
});

describe("a result that cannot be encoded is answered with INTERNAL, and logged", () => {
  it.each([
    ["json", "circular"],
    ["json", "toJson"],
    ["msgpack", "huge"],
    ["msgpack", "hugeLater"],
    ["msgpack", "circular"],
  ] as const)("over %s: %s", async (format, name) => {
    const run = await serve(app);
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, name])).toEqual([4, 1, "INTERNAL", MASKED]);
    expect(run.records.filter(({ level }) => level === "error")).toHaveLength(1);
    expect(await client.ask([2, 2, "sync", 1])).toEqual([3, 2, { got: 1 }]);
  });
});

describe.each(FORMATS)("a result that is no data, over %s", (format) => {
  it.each(["symbol", "func"])("(%s) gets one answer all the same", async (name) => {
    const client = await (await serve(app)).connect({ format });
    const answer = (await client.ask([2, 1, name])) as unknown[];
    expect([3, 4]).toContain(answer[0]);
    expect(answer[1]).toBe(1);
    expect(await client.settled()).toEqual([]);
  });
});
