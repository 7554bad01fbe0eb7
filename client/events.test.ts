import { afterEach, describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { grant, WELCOME } from "./test/fake-server.ts";
import { connected, dialling, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("on", () => {
  it("returns the release", async () => {
    const { client } = dialling();
    const states = vi.fn();
    const off = client.on("state", states);
    await settled();
    off();
    client.close();
    expect(states.mock.calls).toEqual([["open", { text: "connected" }]]);
  });
});

describe("a listener that closes the client", () => {
  it("gets nothing after that, not even of the same frame", async () => {
    const { client, server } = await connected(grant);
    const heard = vi.fn(() => client.close());
    await client.subscribe("news", heard).ready;
    server.connection.send([Kind.EVENT, "news", 1], [Kind.EVENT, "news", 2], [Kind.WELCOME, WELCOME]);
    expect(heard).toHaveBeenCalledOnce();
    expect([client.ignored, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe("a listener that throws", () => {
  const own = new Error("my own fault");
  const fail = () => {
    throw own;
  };

  it("is told as `error`, and stops nothing", async () => {
    const { client } = dialling();
    const errors = vi.fn();
    client.on("error", errors);
    client.on("state", fail);
    client.on("welcome", fail);
    await settled();
    expect(errors.mock.calls).toEqual([[own], [own]]);
    expect([client.state, client.welcome?.node]).toEqual(["open", "test"]);
  });

  it("is reported to the platform where nobody listens to `error`", async () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const { client, server } = await connected(grant);
    await client.subscribe("news", fail).ready;
    server.connection.send([Kind.EVENT, "news", 1]);
    expect(report.mock.calls).toEqual([[own]]);
  });

  it("is thrown by itself where the platform has no reportError", async () => {
    const { client, server } = await connected(grant);
    await client.subscribe("news", fail).ready;
    const tasks: (() => void)[] = [];
    vi.stubGlobal("reportError", undefined);
    vi.stubGlobal("queueMicrotask", (task: () => void) => tasks.push(task));
    server.connection.send([Kind.EVENT, "news", 1]);
    vi.unstubAllGlobals();
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toThrow(own);
  });

  it("does not tell itself, where it listens to `error`", async () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const { client, server } = await connected();
    client.on("error", fail);
    server.connection.send([Kind.ERROR, null, "BAD_REQUEST", "What?"]);
    expect(report.mock.calls).toEqual([[own]]);
    expect(client.state).toBe("open");
  });
});

describe("a listener that is async and rejects", () => {
  const own = new Error("my own fault");

  it("is told as `error`", async () => {
    const { client } = dialling();
    const errors = vi.fn();
    client.on("error", errors);
    client.on("welcome", async () => Promise.reject(own));
    await settled();
    expect(errors.mock.calls).toEqual([[own]]);
  });

  it("is reported to the platform where it listens to `error`", async () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const { client, server } = await connected();
    client.on("error", async () => Promise.reject(own));
    server.connection.send([Kind.ERROR, null, "BAD_REQUEST", "What?"]);
    await settled();
    expect(report.mock.calls).toEqual([[own]]);
  });
});

describe("a PING whose answer cannot be sent", () => {
  it.each([[5], ["taken", 1]].map((head) => [...head, "x".repeat(1_100_000)]))(
    "is told as `error`, and the rest of its frame is heard: %s",
    async (...echo) => {
      const { client, server } = await connected(grant);
      const [heard, errors] = [vi.fn(), vi.fn()];
      client.on("error", errors);
      await client.subscribe("news", heard).ready;
      server.connection.send([Kind.PING, echo], [Kind.EVENT, "news", 1]);
      await settled();
      expect(errors.mock.calls).toEqual([[expect.objectContaining({ code: "TOO_LARGE" })]]);
      expect([heard.mock.calls.length, server.connection.of(Kind.PONG).length]).toEqual([1, 0]);
    },
  );
});
