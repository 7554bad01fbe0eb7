import { describe, expect, it } from "vitest";
import { type Connection, defineApp } from "../index.ts";
import { serve, until } from "../test/test-server.ts";

describe("a connection that the application closes as it opens", () => {
  it("is told why, ends for everybody, and is counted no more", async () => {
    const ended: number[] = [];
    const run = await serve(
      defineApp({
        on: {
          connection: (connection) => {
            if (connection.path === "/banned") connection.close(4403, "go away");
          },
          terminated: (_connection, code) => void ended.push(code),
        },
      }),
    );
    for (let count = 0; count < 5; count++) {
      const client = await run.connect({ path: "/banned" });
      expect(await client.closed).toMatchObject({ code: 4403 });
    }
    await until(() => ended.length === 5);
    expect(ended).toEqual(Array.from({ length: 5 }, () => 4403));
    const bystander = await run.connect();
    expect(await bystander.ask([2, 1, "$health"])).toMatchObject([3, 1, { connections: 1 }]);
  });
});

describe("the code and the reason of a close", () => {
  it.each([0, 999, 1005, 1006, 1015, 2000, 5000, 99_999, 1.5, Number.NaN])(
    "must be sendable: %d is not",
    async (code) => {
      const errors: unknown[] = [];
      const close = (connection: Connection) => {
        try {
          connection.close(code);
        } catch (error) {
          errors.push(error);
        }
      };
      const client = await (await serve(defineApp({ on: { connection: close } }))).connect();
      expect(await client.ask([14, "alive"])).toEqual([15, "alive"]);
      expect(errors).toEqual([new RangeError(`${code} is no close code.`)]);
    },
  );

  it("reach the client, a long reason cut between characters", async () => {
    const run = await serve(defineApp({ on: { connection: (connection) => connection.close(4000, "ü".repeat(100)) } }));
    const client = await run.connect();
    expect(await client.closed).toMatchObject({ code: 4000, reason: "ü".repeat(61) });
  });
});
