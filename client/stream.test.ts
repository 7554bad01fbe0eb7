import { describe, expect, it } from "vitest";
import { Kind, type ServerMessage } from "../shared/message.ts";
import { type Answer, sayWelcome } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** Answers every call with the numbers up to its input, then "done". */
const count: Answer = (message, connection) => {
  sayWelcome(message, connection);
  if (message[0] !== Kind.CALL) return;
  const chunks = Array.from({ length: Number(message[3]) }, (_, n): ServerMessage => [Kind.CHUNK, message[1], n + 1]);
  connection.send(...chunks, [Kind.RESULT, message[1], "done"]);
};

describe("a stream", () => {
  it("gives its items, in order", async () => {
    const { client } = await connected(count);
    const items: unknown[] = [];
    for await (const item of client.stream("count", 3)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
  });

  it("returns what the procedure returns", async () => {
    const { client } = await connected(count);
    const stream = client.stream("count", 1);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    expect(await stream.next()).toEqual({ done: true, value: "done" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("is called when its first item is asked for", async () => {
    const { client, server } = await connected(count);
    const stream = client.stream("count", 1);
    await settled();
    expect(server.connection.of(Kind.CALL)).toEqual([]);
    await stream.next();
    expect(server.connection.of(Kind.CALL)).toEqual([[Kind.CALL, 1, "count", 1, { window: 256 }]]);
  });

  it("left before it began asks nothing of the server", async () => {
    const { client, server } = await connected(count);
    const stream = client.stream("count", 1);
    expect(await stream.return("own")).toEqual({ done: true, value: "own" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await settled();
    expect(server.connection.messages).toHaveLength(1);
  });

  it("left by break is cancelled", async () => {
    const { client, server } = await connected();
    const reading = (async () => {
      for await (const item of client.stream("ticks")) return item;
      return undefined;
    })();
    await settled();
    server.connection.send([Kind.CHUNK, 1, "tick"]);
    expect(await reading).toBe("tick");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
  });

  it("is not cancelled where it came to its end by itself", async () => {
    const { client, server } = await connected(count);
    const stream = client.stream("count", 0);
    await stream.next();
    await stream.return(undefined);
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([]);
  });

  it("can be left while the next item is awaited", async () => {
    const { client, server } = await connected();
    const stream = client.stream("ticks");
    const next = stream.next();
    await settled();
    await stream.return(undefined);
    expect(await next).toEqual({ done: true, value: undefined });
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toHaveLength(1);
  });

  it("throws the server's error after the items that came before it", async () => {
    const { client, server } = await connected();
    const stream = client.stream("ticks");
    const first = stream.next();
    await settled();
    server.connection.send([Kind.CHUNK, 1, "a"], [Kind.CHUNK, 1, "b"], [Kind.ERROR, 1, "BROKEN", "Broken."]);
    expect([await first, await stream.next()].map(({ value }) => value)).toEqual(["a", "b"]);
    await expect(stream.next()).rejects.toMatchObject({ code: "BROKEN" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("throws where the connection is lost", async () => {
    const { client, server } = await connected();
    const next = client.stream("ticks").next();
    await settled();
    server.connection.hangUp(1006);
    await expect(next).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("throws at its first item where it cannot be called", async () => {
    const { client } = await connected();
    client.close();
    await expect(client.stream("ticks").next()).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("rejects with a signal's reason, and is cancelled", async () => {
    const { client, server } = await connected();
    const controller = new AbortController();
    const next = client.stream("ticks", undefined, { signal: controller.signal }).next();
    await settled();
    controller.abort("enough");
    await expect(next).rejects.toBe("enough");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toHaveLength(1);
  });
});

describe("the time of a stream", () => {
  it("is limited until its first item, and then the server's affair", async () => {
    const { client, server } = await connected();
    const late = expect(client.stream("never").next()).rejects.toMatchObject({ code: "TIMEOUT" });
    const stream = client.stream("ticks");
    const first = stream.next();
    await settled();
    server.connection.send([Kind.CHUNK, 2, "tick"]);
    await first;
    const second = stream.next();
    await pass(20_000);
    await late;
    server.connection.send([Kind.CHUNK, 2, "tock"]);
    expect((await second).value).toBe("tock");
  });

  it("is limited as a whole where the caller says so", async () => {
    const { client, server } = await connected();
    const stream = client.stream("ticks", undefined, { timeoutMs: 1_000 });
    const first = stream.next();
    await settled();
    server.connection.send([Kind.CHUNK, 1, "tick"]);
    await first;
    const second = expect(stream.next()).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(1_000);
    await second;
    expect(server.connection.of(Kind.CALL)[0]?.[4]).toEqual({ timeoutMs: 1_000, window: 256, noData: true });
  });
});

describe("a stream far ahead of its reader", () => {
  it("is given up, after what it holds", async () => {
    const { client, server } = await connected();
    const stream = client.stream("flood");
    const first = stream.next();
    await settled();
    const items = Array.from({ length: 100_002 }, (_, n): ServerMessage => [Kind.CHUNK, 1, n]);
    // a frame of more messages would be cut off
    while (items.length > 0) server.connection.send(...items.splice(0, 30_000));
    await first;
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toHaveLength(1);
    let last: unknown;
    const reading = (async () => {
      for await (const item of stream) last = item;
    })();
    await expect(reading).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(last).toBe(100_000);
  });
});
