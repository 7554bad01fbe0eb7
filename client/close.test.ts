import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { connected, dialling, pass, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("close", () => {
  it("is final, is said with 1000, and leaves no timer behind", async () => {
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    client.close();
    client.close();
    expect(states.mock.calls).toEqual([["closed", { code: 1000, text: "The client was closed." }]]);
    expect(server.connection.socket.closedWith).toBe(1000);
    await pass(60_000);
    expect(server.dialled).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sends what was said just before", async () => {
    const { client, server } = await connected();
    await client.publish("news", "bye", { acknowledge: false });
    client.publish("news", "and thanks", { acknowledge: false }).catch(() => {});
    client.close();
    expect(server.connection.of(Kind.PUBLISH).map((message) => message[3])).toEqual(["bye", "and thanks"]);
  });

  it("rejects what is pending, in flight or queued, and `ready`", async () => {
    const { client } = dialling();
    const pending = [
      client.ready,
      client.call("a"),
      client.publish("b", 1),
      client.ping(),
      client.subscribe("c").ready,
    ];
    client.close();
    for (const promise of pending) await expect(promise).rejects.toMatchObject({ code: "CANCELLED" });
    const open = await connected();
    const call = open.client.call("d");
    open.client.close();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("works while connecting, while waiting, and before a lazy client dialled", async () => {
    const connecting = dialling();
    connecting.client.close();
    const waiting = await connected();
    waiting.server.connection.hangUp(1006);
    waiting.client.close();
    const lazy = dialling(undefined, { lazy: true });
    lazy.client.close();
    await expect(lazy.client.call("any")).rejects.toMatchObject({ code: "CANCELLED" });
    await pass(60_000);
    expect([connecting, waiting, lazy].map(({ client, server }) => [client.state, server.dialled.length])).toEqual([
      ["closed", 1],
      ["closed", 1],
      ["closed", 0],
    ]);
  });

  it("is what `using` does at the end of a block", async () => {
    const { client } = await connected();
    {
      using scoped = client;
      expect(scoped.state).toBe("open");
    }
    expect(client.state).toBe("closed");
  });

  it("may be called by a listener of any state", async () => {
    for (const at of ["connecting", "open", "waiting"] as const) {
      const { client, server } = await connected();
      client.on("state", (state) => {
        if (state === at) client.close();
      });
      server.connection.hangUp(1006);
      await pass(60_000);
      expect(client.state).toBe("closed");
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});

describe("ready", () => {
  it("resolves at the first connection, however long that takes", async () => {
    const { client, server } = dialling(undefined, {}, "down");
    const ready = vi.fn();
    client.ready.then(ready, () => {});
    await pass(60_000);
    expect(ready).not.toHaveBeenCalled();
    server.network = "up";
    await pass(21_000);
    expect(ready).toHaveBeenCalledOnce();
  });
});
