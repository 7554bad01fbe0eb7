import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import type { FakeConnection } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

function items(connection: FakeConnection): unknown[] {
  return connection.of(Kind.CHUNK).map(([, , item]) => item);
}

/** Numbers without end; `ended` tells of its `finally`. */
function endless() {
  const ended = vi.fn();
  function* numbers() {
    try {
      for (let number = 1; ; number++) yield number;
    } finally {
      ended();
    }
  }
  return { numbers, ended };
}

describe("a procedure that is a generator", () => {
  it("sends each item, and then its return value", async () => {
    const { client, server } = await connected();
    client.register("sync", function* () {
      yield 1;
      yield 2;
      return "end";
    });
    client.register("async", async function* () {
      yield await Promise.resolve("a");
    });
    server.connection.send([Kind.CALL, 1, "sync"]);
    await settled();
    server.connection.send([Kind.CALL, 2, "async"]);
    await settled();
    expect(server.connection.messages.slice(1)).toEqual([
      [Kind.CHUNK, 1, 1],
      [Kind.CHUNK, 1, 2],
      [Kind.RESULT, 1, "end"],
      [Kind.CHUNK, 2, "a"],
      [Kind.RESULT, 2],
    ]);
  });

  it("that throws ends in its error, after the items before that", async () => {
    const { client, server } = await connected();
    client.on("error", () => {});
    client.register("a", function* () {
      yield 1;
      throw new Error("a detail for nobody");
    });
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connection.messages.slice(1)).toMatchObject([
      [Kind.CHUNK, 1, 1],
      [Kind.ERROR, 1, "INTERNAL", expect.any(String)],
    ]);
  });

  it("hears of an item that cannot be encoded", async () => {
    const { client, server } = await connected();
    client.on("error", () => {});
    const ended = vi.fn();
    client.register("a", function* () {
      try {
        yield Symbol("never");
      } finally {
        ended();
      }
    });
    server.connection.send([Kind.CALL, 1, "a"]);
    await settled();
    expect(server.connection.of(Kind.ERROR)).toMatchObject([[Kind.ERROR, 1, "INTERNAL", expect.any(String)]]);
    expect(ended).toHaveBeenCalledOnce();
  });

  it("that never waits can be cancelled, and its finally runs", async () => {
    const { client, server } = await connected();
    const { numbers, ended } = endless();
    client.register("numbers", numbers);
    server.connection.send([Kind.CALL, 1, "numbers"]);
    await settled();
    expect(items(server.connection).length).toBeGreaterThan(0);
    server.connection.send([Kind.CANCEL, 1]);
    await settled();
    expect(ended).toHaveBeenCalledOnce();
    const sent = items(server.connection).length;
    await pass(1_000);
    expect(items(server.connection)).toHaveLength(sent);
    expect(server.connection.messages.at(-1)).toMatchObject([Kind.ERROR, 1, "CANCELLED", expect.any(String)]);
  });

  it("ends where the connection is lost, and says nothing on the next one", async () => {
    const { client, server } = await connected();
    const { numbers, ended } = endless();
    client.register("numbers", numbers);
    server.connection.send([Kind.CALL, 1, "numbers"]);
    await settled();
    server.connection.hangUp(1006);
    await pass(2_000);
    expect(ended).toHaveBeenCalledOnce();
    expect(server.connections).toHaveLength(2);
    expect(items(server.connection)).toEqual([]);
  });

  it("waits for a reader that has a window, and asks how far it is after each half of that", async () => {
    const { client, server } = await connected();
    const { numbers, ended } = endless();
    client.register("numbers", numbers);
    const { connection } = server;
    connection.send([Kind.CALL, 1, "numbers", null, { window: 4, timeoutMs: 1_000 }]);
    await settled();
    expect(items(connection)).toEqual([1, 2, 3, 4]);
    expect(connection.of(Kind.PING)).toEqual([
      [Kind.PING, ["taken", 1, 2]],
      [Kind.PING, ["taken", 1, 4]],
    ]);
    for (const echo of [
      ["taken", 1, 3],
      ["taken", 1, "4"],
      ["taken", 1],
      ["taken", 2, 4],
      ["taken", 1, 8],
    ])
      connection.send([Kind.PONG, echo]);
    // waiting for the reader takes nothing of its time
    await pass(5_000);
    expect(items(connection)).toHaveLength(4);
    connection.send([Kind.PONG, ["taken", 1, 2]]);
    await settled();
    expect(items(connection)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(client.ignored).toBe(0);
    connection.send([Kind.CANCEL, 1]);
    await settled();
    expect(ended).toHaveBeenCalledOnce();
  });

  it("has its time anew with each item", async () => {
    const { client, server } = await connected();
    client.register("slowly", async function* () {
      for (let number = 1; number <= 4; number++) {
        await new Promise((resolve) => setTimeout(resolve, number * 30));
        yield number;
      }
    });
    server.connection.send([Kind.CALL, 1, "slowly", null, { timeoutMs: 100 }]);
    await pass(1_000);
    expect(items(server.connection)).toEqual([1, 2, 3]);
    expect(server.connection.of(Kind.ERROR)).toMatchObject([[Kind.ERROR, 1, "TIMEOUT", expect.any(String)]]);
  });
});
