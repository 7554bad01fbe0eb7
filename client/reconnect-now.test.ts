import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { fakePage, usePages } from "./test/fake-page.ts";
import { grant } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();
usePages();

describe("reconnect", () => {
  it("gives up the present connection and dials now, with all subscriptions", async () => {
    const { client, server } = await connected(grant);
    client.subscribe("news");
    await pass(1_000);
    const states = vi.fn();
    client.on("state", states);
    const [first] = server.connections;
    const inFlight = client.call("slow");
    client.reconnect();
    await expect(inFlight).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await settled();
    expect(states.mock.calls).toEqual([
      ["connecting", { text: "asked to" }],
      ["open", { text: "reconnected after 0.0 s" }],
    ]);
    expect(first?.socket.closedWith).toBe(1000);
    expect([server.connections.length, server.connection.of(Kind.SUBSCRIBE).length]).toEqual([2, 1]);
    // nothing of the old connection is heard any more
    await pass(45_000);
    expect(server.dialled).toHaveLength(2);
  });

  it("does not wait for the moment to come", async () => {
    const { client, server } = await connected();
    server.connection.hangUp(4429);
    client.reconnect();
    await settled();
    expect([client.state, server.dialled.length]).toEqual(["open", 2]);
    await pass(45_000);
    expect(server.dialled).toHaveLength(2);
  });

  it("gives up an attempt that takes long", async () => {
    const { client, server } = dialling(undefined, {}, "silent");
    await pass(5_000);
    server.network = "up";
    client.reconnect();
    await pass(20_000);
    expect([client.state, server.dialled.length]).toEqual(["open", 2]);
  });

  it("dials though nobody sees the page, and though the client is lazy", async () => {
    fakePage("hidden");
    const { client, server } = dialling(undefined, { lazy: true });
    client.reconnect();
    await settled();
    expect([client.state, server.dialled.length]).toEqual(["open", 1]);
    // it is used now: what is started once is not started again
    await client.ready;
    expect(server.dialled).toHaveLength(1);
  });

  it("after GOAWAY does not wait for calls in flight", async () => {
    const { client, server } = await connected();
    const inFlight = client.call("slow");
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 60_000 }]);
    client.reconnect();
    await expect(inFlight).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await settled();
    const call = client.call("next");
    await settled();
    server.connection.answer("here");
    expect(await call).toBe("here");
  });

  it("may be called by a listener of any state, once each", async () => {
    for (const at of ["connecting", "open", "waiting"] as const) {
      const { client, server } = await connected();
      const off = client.on("state", (state) => {
        if (state !== at) return;
        off();
        client.reconnect();
      });
      server.connection.hangUp(1006);
      await pass(30_000);
      expect(client.state).toBe("open");
      expect(server.connections.filter(({ socket }) => socket.state === "open")).toHaveLength(1);
      client.close();
      await settled();
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does nothing where the client is closed for good", async () => {
    const { client, server } = await connected();
    server.connection.hangUp(4403);
    client.reconnect();
    await pass(60_000);
    expect([client.state, server.dialled.length, vi.getTimerCount()]).toEqual(["closed", 1, 0]);
  });
});

describe("what a new state is told with", () => {
  it("names the first use, then the retries, then how long it took", async () => {
    const { client, server } = dialling(undefined, { lazy: true }, "down");
    const texts: string[] = [];
    client.on("state", (state, { text, attempt }) => texts.push(`${state}: ${text} (${attempt})`));
    client.ready.catch(() => {});
    await pass(600);
    server.network = "up";
    await pass(600);
    server.connection.hangUp(1012, "new version");
    server.network = "down";
    await pass(700);
    server.network = "up";
    await pass(600);
    expect(texts).toEqual([
      "connecting: first use (undefined)",
      "waiting: connection lost (1)",
      "connecting: retry 1 (1)",
      "waiting: connection lost (2)",
      "connecting: retry 2 (2)",
      "open: connected (undefined)",
      "waiting: new version (3)",
      "connecting: retry 3 (3)",
      "waiting: connection lost (4)",
      "connecting: retry 4 (4)",
      "open: reconnected after 1.0 s (undefined)",
    ]);
  });

  it("says that the server asked for it", async () => {
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    await pass(5_000);
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 100 }]);
    await pass(100);
    expect(states.mock.calls[1]).toEqual(["connecting", { text: "as the server asked" }]);
  });
});
