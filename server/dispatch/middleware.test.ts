import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError, defineApp, type Middleware } from "../index.ts";
import { serve } from "../test/test-server.ts";

function noting(notes: string[], name: string): Middleware {
  return async (_context, next) => {
    notes.push(`${name} before`);
    const result = await next();
    notes.push(`${name} after ${JSON.stringify(result)}`);
    return result;
  };
}

describe("middleware", () => {
  it("runs around the procedure, the application's first one outermost, the procedure's own inside", async () => {
    const notes: string[] = [];
    const app = defineApp({
      use: [noting(notes, "outer"), noting(notes, "inner")],
      procedures: {
        own: { use: [noting(notes, "own")], handler: () => notes.push("handler") },
        plain: () => 8,
      },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "own"])).toEqual([3, 1, 4]);
    expect(notes).toEqual([
      "outer before",
      "inner before",
      "own before",
      "handler",
      "own after 4",
      "inner after 4",
      "outer after 4",
    ]);
    notes.length = 0;
    expect(await client.ask([2, 2, "plain"])).toEqual([3, 2, 8]);
    expect(notes).toEqual(["outer before", "inner before", "inner after 8", "outer after 8"]);
  });

  it("may answer in the procedure's place", async () => {
    let runs = 0;
    const app = defineApp({
      use: [(context, next) => (context.input === "short" ? "cut" : next())],
      procedures: { count: () => ++runs },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "count", "short"])).toEqual([3, 1, "cut"]);
    expect(await client.ask([2, 2, "count", "long"])).toEqual([3, 2, 1]);
    expect(runs).toBe(1);
  });

  it("may refuse, before and after", async () => {
    const app = defineApp({
      procedures: {
        guarded: {
          use: [
            () => {
              throw new AppError("UNAUTHENTICATED");
            },
          ],
          handler: () => "never",
        },
        checked: {
          use: [
            async (_context, next) => {
              if ((await next()) === "bad") throw new AppError("CONFLICT", "The result is bad.");
            },
          ],
          handler: () => "bad",
        },
      },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "guarded"])).toMatchObject([4, 1, "UNAUTHENTICATED", expect.any(String)]);
    expect(await client.ask([2, 2, "checked"])).toEqual([4, 2, "CONFLICT", "The result is bad."]);
  });

  it("may change the input before validation, and the result", async () => {
    const app = defineApp({
      use: [
        async (context, next) => {
          if (typeof context.input === "number") context.input = String(context.input);
          const result = await next();
          return typeof result === "string" ? `${result}!` : result;
        },
      ],
      procedures: { shout: { input: z.string(), handler: (text) => text.toUpperCase() } },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "shout", "hey"])).toEqual([3, 1, "HEY!"]);
    expect(await client.ask([2, 2, "shout", 5])).toEqual([3, 2, "5!"]);
  });

  it("may catch what the procedure throws", async () => {
    const app = defineApp({
      use: [
        async (_context, next) => {
          try {
            return await next();
          } catch (error) {
            return `caught ${(error as Error).message}`;
          }
        },
      ],
      procedures: {
        throws: () => {
          throw new Error("sync");
        },
        rejects: () => Promise.reject(new Error("async")),
      },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "throws"])).toEqual([3, 1, "caught sync"]);
    expect(await client.ask([2, 2, "rejects"])).toEqual([3, 2, "caught async"]);
  });

  it("can be a cache", async () => {
    const kept = new Map<string, unknown>();
    const cached: Middleware = async ({ procedure, input }, next) => {
      const key = `${procedure.name} ${JSON.stringify(input)}`;
      if (!kept.has(key)) kept.set(key, await next());
      return kept.get(key);
    };
    let runs = 0;
    const app = defineApp({
      procedures: {
        square: {
          use: [cached],
          handler: async (x: number) => {
            runs++;
            return delay(1, x * x);
          },
        },
      },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "square", 3])).toEqual([3, 1, 9]);
    expect(await client.ask([2, 2, "square", 3])).toEqual([3, 2, 9]);
    expect(await client.ask([2, 3, "square", 4])).toEqual([3, 3, 16]);
    expect(runs).toBe(2);
  });

  it("that calls next() twice fails, and the log names it", async () => {
    let runs = 0;
    const app = defineApp({
      procedures: {
        once: {
          use: [
            async function impatient(_context, next) {
              await next();
              return next();
            },
          ],
          handler: () => ++runs,
        },
      },
    });
    const run = await serve(app);
    const client = await run.connect();
    expect(await client.ask([2, 1, "once"])).toMatchObject([4, 1, "INTERNAL", expect.any(String)]);
    expect(runs).toBe(1);
    expect(String(run.records.find(({ level }) => level === "error")?.fields.error)).toMatch(
      /impatient.*next\(\) twice/,
    );
  });

  it("around a stream lets it stream, whether it awaits or not", async () => {
    const app = defineApp({
      procedures: {
        plain: {
          use: [(_context, next) => next()],
          handler: function* () {
            yield 1;
            return "end";
          },
        },
        awaiting: {
          use: [async (_context, next) => await next()],
          handler: async function* () {
            yield 2;
          },
        },
      },
    });
    const client = await (await serve(app)).connect();
    client.send([2, 1, "plain"]);
    expect(await client.take(2)).toEqual([
      [6, 1, 1],
      [3, 1, "end"],
    ]);
    client.send([2, 2, "awaiting"]);
    expect(await client.take(2)).toEqual([
      [6, 2, 2],
      [3, 2],
    ]);
  });

  it("of an application keeps its hands off the server's own procedures", async () => {
    const app = defineApp({
      use: [
        () => {
          throw new AppError("UNAUTHENTICATED");
        },
      ],
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "$ping"])).toEqual([3, 1, "pong"]);
  });
});
