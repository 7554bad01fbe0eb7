import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { sayWelcome } from "./test/fake-server.ts";
import { connected, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("methods", () => {
  it("are calls, nested as the names are dotted", async () => {
    const { client, server } = await connected((message, connection) => {
      sayWelcome(message, connection);
      if (message[0] === Kind.CALL) connection.send([Kind.RESULT, message[1], [message[2], message[3]]]);
    });
    expect(await client.methods.math?.add?.({ x: 1 })).toEqual(["math.add", { x: 1 }]);
    expect(await client.methods.none?.()).toEqual(["none", null]);
    expect(server.connection.of(Kind.CALL)).toHaveLength(2);
  });

  it("take options", async () => {
    const { client } = await connected();
    const signal = AbortSignal.abort(new Error("no"));
    await expect(client.methods.slow?.(1, { signal })).rejects.toThrow("no");
  });

  it("are no promises, and survive being awaited", async () => {
    const { client } = await connected();
    expect(client.methods.then).toBeUndefined();
    expect(client.methods.math?.then).toBeUndefined();
    const methods = await Promise.resolve(client.methods);
    expect(typeof methods.math?.add).toBe("function");
  });

  it("are nothing that is written to JSON, nor called by who tries", async () => {
    const { client, server } = await connected();
    expect(JSON.stringify({ methods: client.methods, math: client.methods.math })).toBe("{}");
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([]);
  });
});

describe("methods of one's own", () => {
  it("call their procedures, with what their factories make", async () => {
    const { client, server } = await connected();
    const { add, say } = client.methodsFrom({
      add: { type: "math.add", factory: (x: number, y: number) => ({ x, y }) },
      say: { type: "test.echo" },
    });
    const sum = add(1, 6);
    await settled();
    server.connection.answer(7);
    expect(await sum).toBe(7);
    say("hi", { timeoutMs: 50 }).catch(() => {});
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([
      [Kind.CALL, 1, "math.add", { x: 1, y: 6 }],
      [Kind.CALL, 2, "test.echo", "hi", { timeoutMs: 50 }],
    ]);
  });

  it("reject where their factory throws", async () => {
    const { client } = await connected();
    const { fail } = client.methodsFrom({
      fail: {
        type: "any",
        factory: () => {
          throw new Error("no such input");
        },
      },
    });
    await expect(fail()).rejects.toThrow("no such input");
  });
});
