import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("GOAWAY", () => {
  it("lets calls in flight finish, keeps new ones, and comes back when the server said", async () => {
    const { client, server } = await connected();
    const inFlight = client.call("slow");
    await settled();
    const [first] = server.connections;
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 3_000 }]);
    const later = client.call("later");
    await pass(100);
    expect([client.state, first?.of(Kind.CALL).length]).toEqual(["open", 1]);
    first?.answer("finished");
    expect(await inFlight).toBe("finished");
    expect([client.state, first?.socket.closedWith]).toEqual(["waiting", 1000]);
    await pass(2_999);
    expect(server.dialled).toHaveLength(1);
    await pass(1);
    server.connection.answer("new worker");
    expect(await later).toBe("new worker");
  });

  it("lets the server's calls of this client finish", async () => {
    const { client, server } = await connected();
    client.register("slow", () => new Promise((resolve) => setTimeout(resolve, 500, "finished")));
    const [first] = server.connections;
    server.connection.send([Kind.CALL, 1, "slow"], [Kind.GOAWAY, "restart", { reconnectAfterMs: 3_000 }]);
    await pass(499);
    expect(client.state).toBe("open");
    await pass(1);
    expect(first?.of(Kind.RESULT)).toEqual([[Kind.RESULT, 1, "finished"]]);
    expect([client.state, first?.socket.closedWith]).toEqual(["waiting", 1000]);
  });

  it("without anything in flight is followed at once", async () => {
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    await pass(5_000);
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 0 }]);
    await settled();
    expect(states.mock.calls[0]).toEqual(["waiting", { code: 1001, text: "restart", retryMs: 0 }]);
    await pass(1);
    expect([client.state, server.connections.length]).toEqual(["open", 2]);
  });

  it.each([{ reconnectAfterMs: 0 }, {}, { reconnectAfterMs: -1 }, { reconnectAfterMs: "soon" }])(
    "at once, on every connection, is followed after longer and longer pauses: %j",
    async (info) => {
      vi.mocked(Math.random).mockReturnValue(1);
      const { server } = await connected((message, connection) => {
        if (message[0] === Kind.HELLO) connection.send([Kind.GOAWAY, "full", info as { reconnectAfterMs: number }]);
      });
      await pass(999);
      expect(server.dialled).toHaveLength(1);
      await pass(1);
      expect(server.dialled).toHaveLength(2);
      await pass(1_499);
      expect(server.dialled).toHaveLength(2);
      await pass(1);
      expect(server.dialled).toHaveLength(3);
    },
  );

  it("that does not say when is followed after a pause, however long the connection lasted", async () => {
    const { server } = await connected();
    await pass(5_000);
    server.connection.send([Kind.GOAWAY, "restart", {} as { reconnectAfterMs: number }]);
    await pass(499);
    expect(server.dialled).toHaveLength(1);
    await pass(1);
    expect(server.dialled).toHaveLength(2);
  });

  it("is followed when a call in flight runs out of time", async () => {
    const { client, server } = await connected();
    const call = client.call("slow", undefined, { timeoutMs: 1_000 });
    const failed = expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
    await settled();
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 60_000 }]);
    await pass(1_000);
    await failed;
    expect(client.state).toBe("waiting");
    expect(server.connection.of(Kind.CANCEL)).toHaveLength(1);
  });

  it("is followed when the server closes, even by a plain goodbye", async () => {
    const { client, server } = await connected();
    const call = client.call("slow");
    await settled();
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 2_000 }]);
    server.connection.hangUp(1000);
    await expect(call).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await pass(1_999);
    expect(client.state).toBe("waiting");
    await pass(1);
    expect(client.state).toBe("open");
  });
});
