import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("a lost connection", () => {
  it("is told with its reason, and comes back", async () => {
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    server.connection.hangUp(1006);
    await pass(500);
    expect(states.mock.calls).toEqual([
      ["waiting", { code: 1006, text: "connection lost", retryMs: 500, attempt: 1 }],
      ["connecting", { text: "retry 1", attempt: 1 }],
      ["open", { text: "reconnected after 0.5 s" }],
    ]);
    expect(server.connection.of(Kind.HELLO)).toHaveLength(1);
  });

  it("waits longer with each attempt that fails", async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const { server } = dialling(undefined, {}, "down");
    await settled();
    const delays: number[] = [];
    for (let waited = 500; delays.length < 8 && waited < 60_000; waited += 500) {
      const before = server.dialled.length;
      await pass(500);
      if (server.dialled.length === before) continue;
      delays.push(waited);
      waited = 0;
    }
    expect(delays).toEqual([1_000, 1_500, 2_500, 4_500, 8_500, 16_500, 20_500, 20_500]);
  });

  it("counts as one more failure where it had not lasted five seconds", async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const { client, server } = await connected();
    const delayAfter = async (openFor: number) => {
      await pass(openFor);
      server.connection.hangUp(1006);
      const lostAt = Date.now();
      while (client.state !== "open" && Date.now() - lostAt < 60_000) await pass(100);
      return Date.now() - lostAt;
    };
    expect([await delayAfter(4_900), await delayAfter(0), await delayAfter(0)]).toEqual([1_000, 1_500, 2_500]);
    expect([await delayAfter(5_000), await delayAfter(0)]).toEqual([1_000, 1_500]);
  });

  it("includes one that never comes: an attempt has ten seconds", async () => {
    const { client, server } = dialling(undefined, {}, "silent");
    await pass(9_999);
    expect(client.state).toBe("connecting");
    await pass(1);
    expect(client.state).toBe("waiting");
    server.network = "up";
    await pass(500);
    expect(client.state).toBe("open");
  });

  it("is tried again at once when the browser is online again", async () => {
    const target = new EventTarget();
    vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
    vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
    const { client, server } = await connected();
    vi.unstubAllGlobals();
    server.connection.hangUp(1006);
    target.dispatchEvent(new Event("online"));
    await settled();
    expect(client.state).toBe("open");
    await pass(1_000);
    expect(server.dialled).toHaveLength(2);
    // where a connection seems to live, it is asked
    target.dispatchEvent(new Event("online"));
    await settled();
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
    await pass(2_500);
    expect(client.state).toBe("waiting");
  });
});

describe("a close of the server", () => {
  it.each([1001, 1005, 1006, 1011, 1012, 1013, 4408, 4508, 4999])(
    "with %d is followed by a new connection",
    async (code) => {
      const { client, server } = await connected();
      server.connection.hangUp(code);
      await pass(500);
      expect([client.state, server.connections.length]).toEqual(["open", 2]);
    },
  );

  it.each([1000, 1002, 1003, 1007, 1009, 4400, 4401, 4403])("with %d is final", async (code) => {
    const { client, server } = await connected();
    server.connection.hangUp(code);
    await pass(600_000);
    expect([client.state, server.dialled.length]).toEqual(["closed", 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("for flooding keeps the client away for half a minute, whatever the network does", async () => {
    const target = new EventTarget();
    vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
    const { client, server } = await connected();
    vi.unstubAllGlobals();
    server.connection.hangUp(4429);
    target.dispatchEvent(new Event("online"));
    await pass(30_000);
    expect(server.dialled).toHaveLength(1);
    await pass(500);
    expect(client.state).toBe("open");
  });

  it.each([
    [4401, "UNAUTHENTICATED"],
    [4403, "FORBIDDEN"],
    [4400, "UNAVAILABLE"],
  ])("with %d that is final fails what is asked afterwards with %s", async (code, expected) => {
    const { client, server } = await connected();
    server.connection.hangUp(code, "Because.");
    await expect(client.call("any")).rejects.toMatchObject({
      code: expected,
      message: expect.stringContaining("Because."),
    });
    await expect(client.publish("any", 1)).rejects.toMatchObject({ code: expected });
    await expect(client.subscribe("any").ready).rejects.toMatchObject({ code: expected });
    expect(client.subscribe("any").state).toBe("unsubscribed");
  });
});
