import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import type { ReconnectOptions } from "./reconnect-options.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("options of reconnecting", () => {
  it("say how long to wait at least, and what chance adds at most", async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const { client, server } = await connected(undefined, { reconnect: { minDelayMs: 100, maxDelayMs: 250 } });
    const waits: (number | undefined)[] = [];
    client.on("state", (_, { retryMs }) => {
      if (retryMs !== undefined) waits.push(retryMs);
    });
    server.network = "down";
    server.connection.hangUp(1006);
    await pass(1_500);
    expect(waits).toEqual([200, 300, 350, 350, 350]);
  });

  it("say how long a connection must have been open to count", async () => {
    const { client, server } = await connected(undefined, { reconnect: { stableMs: 60_000 } });
    const attempts: (number | undefined)[] = [];
    client.on("state", (state, { attempt }) => {
      if (state === "waiting") attempts.push(attempt);
    });
    for (const openFor of [59_999, 59_999, 60_000]) {
      for (let now = 0; now < openFor; now += 10_000) {
        await pass(Math.min(10_000, openFor - now));
        server.connection.send([Kind.PONG]);
      }
      server.connection.hangUp(1006);
      await pass(500);
    }
    expect(attempts).toEqual([1, 2, 1]);
  });

  it.each<[ReconnectOptions, string]>([
    [{ minDelayMs: 0 }, "minDelayMs"],
    [{ minDelayMs: Number.NaN }, "minDelayMs"],
    [{ minDelayMs: Number.POSITIVE_INFINITY, maxDelayMs: Number.POSITIVE_INFINITY }, "minDelayMs"],
    [{ minDelayMs: 1_000, maxDelayMs: 999 }, "maxDelayMs"],
    [{ maxDelayMs: Number.POSITIVE_INFINITY }, "maxDelayMs"],
    [{ stableMs: -1 }, "stableMs"],
    [{ attempts: -1 }, "attempts"],
    [{ attempts: Number.NaN }, "attempts"],
  ])("that make no sense are refused: %j", (reconnect, name) => {
    expect(() => dialling(undefined, { reconnect })).toThrow(RangeError);
    expect(() => dialling(undefined, { reconnect })).toThrow(`reconnect.${name}`);
  });

  it("left out as undefined have their defaults", async () => {
    const options = { minDelayMs: undefined } as unknown as ReconnectOptions;
    const { client, server } = await connected(undefined, { reconnect: options });
    server.connection.hangUp(1006);
    await pass(500);
    expect(client.state).toBe("open");
  });
});

describe("a number of attempts", () => {
  it("that fail in a row closes the client, and says so", async () => {
    const { client, server } = dialling(undefined, { reconnect: { attempts: 3 } }, "down");
    const states = vi.fn();
    client.on("state", states);
    const ready = expect(client.ready).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await pass(600_000);
    await ready;
    expect(server.dialled).toHaveLength(3);
    expect(states.mock.lastCall).toEqual([
      "closed",
      { code: 1006, text: "connection lost; gave up after 3 failed attempts" },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is counted from the last connection that was welcomed, whose loss is no failure", async () => {
    const { client, server } = await connected(undefined, { reconnect: { attempts: 2 } });
    for (let count = 0; count < 5; count++) {
      server.connection.hangUp(1006);
      await pass(500);
      expect(client.state).toBe("open");
    }
    server.network = "down";
    server.connection.hangUp(1006);
    await pass(500);
    expect(client.state).toBe("waiting");
    await pass(500);
    expect(client.state).toBe("closed");
  });

  it("counts connections that no server welcomed", async () => {
    const { client, server } = await connected(() => {}, { reconnect: { attempts: 2 } });
    server.connection.hangUp(1006);
    await pass(500);
    server.connection.hangUp(1006);
    expect(client.state).toBe("closed");
  });

  it("of none never comes back", async () => {
    const { client, server } = await connected(undefined, { reconnect: { attempts: 0 } });
    await pass(10_000);
    server.connection.hangUp(1012);
    expect(client.state).toBe("closed");
  });

  it("does not count that the server asked to leave", async () => {
    const { client, server } = await connected(undefined, { reconnect: { attempts: 1 } });
    for (let count = 0; count < 3; count++) {
      server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 500 }]);
      await pass(500);
    }
    expect([client.state, server.dialled.length]).toEqual(["open", 4]);
  });

  it("includes those that have no token", async () => {
    const token = vi.fn(() => Promise.reject(new Error("nobody signed in")));
    const { client, server } = dialling(undefined, { token, reconnect: { attempts: 2 } });
    const states = vi.fn();
    client.on("state", states);
    await pass(10_000);
    await settled();
    expect([client.state, token.mock.calls.length, server.dialled.length]).toEqual(["closed", 2, 0]);
    expect(states.mock.lastCall?.[1]).toEqual({
      text: "no token: Error: nobody signed in; gave up after 2 failed attempts",
    });
  });
});
