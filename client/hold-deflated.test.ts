import { describe, expect, it, vi } from "vitest";
import type { Deflate } from "../shared/deflate.ts";
import { Kind } from "../shared/message.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { Client } from "./client.ts";
import { type Deferred, deferred } from "./deferred.ts";
import { lateDeflate } from "./late-deflate.ts";
import { FakeServer } from "./test/fake-server.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const LARGE = "deflate me. ".repeat(1_000);
const MIB = 1_048_576;

/** A client whose code for deflate comes when the test says so. */
async function connected() {
  const server = new FakeServer();
  const fetches: Deferred<Deflate>[] = [];
  const deflate = lateDeflate(() => {
    const fetch = deferred<Deflate>();
    fetches.push(fetch);
    return fetch.promise;
  });
  const client = new Client("ws://server.test", {}, server.webSocket, deflate);
  const heard: unknown[] = [];
  client.subscribe("news", (data) => void heard.push(data));
  await settled();
  const sizes: number[] = [];
  const { socket } = server.connection;
  const { sent } = socket;
  socket.sent = (data) => {
    sizes.push(data.length);
    sent(data);
  };
  return { client, server, fetches, heard, sizes };
}

/** A frame that is said to be deflated and is nonsense, of as many bytes. */
function nonsense(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = 0xc1;
  return bytes;
}

describe("a deflated frame", () => {
  it("waits with all that follow for the code that inflates it, and order is kept", async () => {
    const { server, fetches, heard } = await connected();
    server.connection.send([Kind.EVENT, "news", "first"]);
    expect([heard, fetches.length]).toEqual([["first"], 0]);
    server.connection.send([Kind.EVENT, "news", LARGE]);
    server.connection.send([Kind.EVENT, "news", "third"]);
    server.connection.send([Kind.EVENT, "news", `${LARGE}!`]);
    await settled();
    expect([heard, fetches.length]).toEqual([["first"], 1]);
    fetches[0]?.resolve(portableDeflate);
    await settled();
    expect(heard).toEqual(["first", LARGE, "third", `${LARGE}!`]);
  });

  it("is taken at once when the code is there, as is all else", async () => {
    const { server, fetches, heard } = await connected();
    server.connection.send([Kind.EVENT, "news", LARGE]);
    fetches[0]?.resolve(portableDeflate);
    await settled();
    server.connection.send([Kind.EVENT, "news", LARGE]);
    server.connection.send([Kind.EVENT, "news", "small"]);
    expect([heard, fetches.length]).toEqual([[LARGE, LARGE, "small"], 1]);
  });
});

describe("a connection whose deflated frames wait", () => {
  it("is dropped where the code cannot be loaded, comes back, and tries again", async () => {
    const { client, server, fetches, heard } = await connected();
    const states = vi.fn();
    client.on("state", states);
    server.connection.send([Kind.EVENT, "news", LARGE]);
    fetches[0]?.reject(new TypeError("Failed to fetch"));
    await settled();
    expect(states.mock.calls[0]).toEqual([
      "waiting",
      expect.objectContaining({ text: expect.stringContaining("could not be loaded") }),
    ]);
    await pass(1_000);
    expect(client.state).toBe("open");
    server.connection.send([Kind.EVENT, "news", "again"], [Kind.EVENT, "news", LARGE]);
    expect(fetches.length).toBe(2);
    fetches[1]?.resolve(portableDeflate);
    await settled();
    expect(heard).toEqual(["again", LARGE]);
    client.close();
  });

  it("is dropped where the code takes more than half a minute", async () => {
    const { client, server } = await connected();
    server.connection.send([Kind.EVENT, "news", LARGE]);
    await pass(29_000);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
    await pass(3_000);
    expect([client.state, server.connections.length]).toEqual(["open", 2]);
    client.close();
  });

  it("is dropped where more than one frame's worth of bytes waits", async () => {
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    server.connection.socket.deliver(nonsense(8 * MIB));
    server.connection.socket.deliver(new Uint8Array(8 * MIB - 256));
    expect(client.state).toBe("open");
    server.connection.socket.deliver(new Uint8Array(1));
    expect(states.mock.calls[0]).toEqual([
      "waiting",
      expect.objectContaining({ text: expect.stringContaining("too much came") }),
    ]);
    client.close();
  });

  it("is dropped where very many wait, however small", async () => {
    const { client, server } = await connected();
    server.connection.socket.deliver(nonsense(1));
    for (let count = 0; count < 131_071; count++) server.connection.socket.deliver(new Uint8Array(0));
    expect(client.state).toBe("waiting");
    client.close();
  });

  it("forgets them when it is lost, and the next one begins anew", async () => {
    const { client, server, fetches, heard } = await connected();
    server.connection.send([Kind.EVENT, "news", LARGE]);
    server.connection.hangUp(1006);
    await pass(1_000);
    server.connection.send([Kind.EVENT, "news", "plain"]);
    expect(heard).toEqual(["plain"]);
    fetches[0]?.resolve(portableDeflate);
    await settled();
    expect([heard, client.state, server.connections.length]).toEqual([["plain"], "open", 2]);
    client.close();
  });
});

describe("a large message that is sent", () => {
  it("goes plain until the code is there, which is fetched once, and deflated afterwards", async () => {
    const { client, fetches, sizes, server } = await connected();
    client.call("a", "small").catch(() => {});
    await settled();
    expect(fetches.length).toBe(0);
    client.call("a", LARGE).catch(() => {});
    await settled();
    client.call("a", LARGE).catch(() => {});
    await settled();
    fetches[0]?.resolve(portableDeflate);
    await settled();
    client.call("a", LARGE).catch(() => {});
    await settled();
    expect(fetches.length).toBe(1);
    expect(sizes.slice(-3).map((size) => size > LARGE.length)).toEqual([true, true, false]);
    const inputs = server.connection.of(Kind.CALL).map((message) => message[3]);
    expect(inputs).toEqual(["small", LARGE, LARGE, LARGE]);
    client.close();
  });

  it("goes plain where the code cannot be loaded, and asks for it again next time", async () => {
    const { client, server, fetches } = await connected();
    for (const attempt of [1, 2]) {
      client.call("a", LARGE).catch(() => {});
      await settled();
      expect(fetches.length).toBe(attempt);
      fetches.at(-1)?.reject(new TypeError("Failed to fetch"));
      await settled();
    }
    expect(client.state).toBe("open");
    expect(server.connection.of(Kind.CALL).length).toBe(2);
    client.close();
  });
});
