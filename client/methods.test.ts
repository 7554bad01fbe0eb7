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
