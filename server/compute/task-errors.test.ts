import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { startTestServer, type TestServer } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";

const bad = { file: "bad-tasks.mjs" };
const app = defineApp({
  procedures: {
    failAtOnce: taskOf("failAtOnce"),
    throws: taskOf("throws", bad),
    rejects: taskOf("rejects", bad),
    unencodable: taskOf("unencodable", bad),
    unencodableItem: taskOf("unencodableItem", bad),
    unencodableProgress: taskOf("unencodableProgress", bad),
    forgivingProgress: taskOf("forgivingProgress", bad),
    cancelsItself: taskOf("cancelsItself", bad),
  },
});

const errors: unknown[] = [];
let run: TestServer;
let logged = 0;

beforeAll(async () => {
  run = await startTestServer(app, { computeThreads: 1 });
  run.server.on("error", (error) => void errors.push(error));
});
afterAll(() => run.stop());
beforeEach(() => {
  errors.length = 0;
  logged = run.records.length;
});

/** Errors that were logged in this test. */
const logs = () => run.records.slice(logged).filter(({ level }) => level === "error");
const INTERNAL = [4, 1, "INTERNAL", expect.not.stringMatching(/secret|text|encode/)];

describe.each(FORMATS)("a task's error over %s", (format) => {
  it("that was thrown on purpose reaches the caller with its code, text and details", async () => {
    const client = await run.connect({ format });
    const details = { show: 12, list: [1, null] };
    expect(await client.ask([2, 1, "failAtOnce", { code: "SOLD_OUT", message: "Gone.", details }])).toEqual([
      4,
      1,
      "SOLD_OUT",
      "Gone.",
      details,
    ]);
    expect(await client.ask([2, 2, "failAtOnce", { code: "SOLD_OUT", message: "Gone." }])).toEqual([
      4,
      2,
      "SOLD_OUT",
      "Gone.",
    ]);
    expect(logs()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("may carry much", async () => {
    const client = await run.connect({ format });
    const details = { rows: Array.from({ length: 2_000 }, (_, row) => `row ${row}`) };
    expect(await client.ask([2, 1, "failAtOnce", { code: "MANY", message: "All.", details }])).toEqual([
      4,
      1,
      "MANY",
      "All.",
      details,
    ]);
  });

  it("has its code's text where it has none of its own", async () => {
    const client = await run.connect({ format });
    const [, , , text] = (await client.ask([2, 1, "failAtOnce", { code: "NOT_FOUND" }])) as string[];
    expect(text).toMatch(/\w+ \w+/);
  });

  it("is recognized from a copy of the class, as in a bundle", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "throws", "copied"])).toEqual([4, 1, "COPIED", "From a copy.", { copied: true }]);
  });

  it("with a code of the protocol that the task threw itself is passed on as well", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "cancelsItself"])).toEqual([4, 1, "CANCELLED", "By the task itself."]);
  });

  it.each(["throws", "rejects"])("that was not thrown on purpose is masked, and logged in full: %s", async (name) => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, name, "type"])).toEqual(INTERNAL);
    expect(errors).toHaveLength(1);
    const [error] = errors as Error[];
    expect(error).toMatchObject({ name: "TypeError", message: "secret of the task" });
    expect(error?.stack).toMatch(/secret of the task\n.*bad-tasks\.mjs/s);
    expect(logs()).toMatchObject([{ fields: { error, procedure: name } }]);
  });

  it.each([
    ["undefined", "undefined"],
    ["null", "null"],
    ["text", "just text"],
    ["symbol", "Symbol(odd)"],
    ["bare", ""],
  ])("may be anything: %s", async (what, told) => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "throws", what])).toEqual(INTERNAL);
    expect((errors as Error[])[0]?.message).toContain(told);
    expect(logs()).toHaveLength(1);
  });
});

describe("a task's error", () => {
  it("of a class made from AppError is on purpose, too", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "throws", "special"])).toEqual([4, 1, "SPECIAL", "Of its own kind.", { own: 1 }]);
    expect(logs()).toEqual([]);
  });

  it("is logged with its cause", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "throws", "caused"])).toEqual(INTERNAL);
    expect(inspect(logs()[0]?.fields.error)).toMatch(/outer.*inner/s);
  });
});

describe("what cannot be encoded", () => {
  it("as a result is answered with INTERNAL, and logged", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "unencodable"])).toEqual(INTERNAL);
    expect(logs()).toMatchObject([{ fields: { error: { name: "EncodeError" } } }]);
  });

  it("as details of an error on purpose leaves its code and text", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "throws", "circular"])).toEqual([4, 1, "ODD", "With details that do not encode."]);
  });

  it.each(["unencodableItem", "unencodableProgress"])(
    "as an item ends the stream with INTERNAL, behind the items before it: %s",
    async (name) => {
      const client = await run.connect();
      client.send([2, 1, name, 3]);
      expect(await client.take(3)).toEqual([0, 1, 2].map((item) => [6, 1, item]));
      expect(await client.next()).toEqual(INTERNAL);
      expect(await client.ask([2, 1, name, 0])).toEqual(INTERNAL);
      expect(logs()).toHaveLength(2);
    },
  );

  it("as progress is an error that the task may catch", async () => {
    const client = await run.connect();
    client.send([2, 1, "forgivingProgress"]);
    expect(await client.take(2)).toEqual([
      [6, 1, "EncodeError"],
      [3, 1, "end"],
    ]);
  });
});
