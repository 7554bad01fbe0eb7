import { describe, expect, it, vi } from "vitest";
import type { ClientOptions } from "./options.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const NUMBERS = ["timeoutMs", "attempts", "connectTimeoutMs", "queueLimit", "queueBytes"] as const;

describe("options of a client", () => {
  it.each(NUMBERS)("left out as undefined have their defaults: %s", async (name) => {
    const { client, server } = await connected(undefined, { [name]: undefined } as unknown as ClientOptions);
    const call = client.call("any");
    await settled();
    server.connection.answer("answer");
    expect(await call).toBe("answer");
  });

  it.each([
    ...NUMBERS.flatMap((name) => [
      [name, Number.NaN],
      [name, -1],
    ]),
    ["timeoutMs", 0],
    ["attempts", 0],
    ["attempts", 1.5],
    ["attempts", Number.POSITIVE_INFINITY],
    ["connectTimeoutMs", 0],
  ] as [string, number][])("that make no sense are refused: %s %d", (name, value) => {
    expect(() => dialling(undefined, { [name]: value })).toThrow(new RangeError(`${name} cannot be ${value}.`));
  });

  it.each([Number.POSITIVE_INFINITY, 2 ** 31])("may let an attempt to connect take for ever: %d ms", async (ms) => {
    const token = vi.fn(() => new Promise<string>((resolve) => setTimeout(resolve, 60_000, "late")));
    const { client, server } = dialling(undefined, { connectTimeoutMs: ms, token }, "silent");
    await pass(3_600_000);
    expect([client.state, token.mock.calls.length, server.dialled.length]).toEqual(["connecting", 1, 1]);
    client.close();
  });
});
