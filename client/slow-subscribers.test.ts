import { describe, expect, it, vi } from "vitest";
import { Kind, type ServerMessage } from "../shared/message.ts";
import type { SubscriptionOptions } from "./publication-buffer.ts";
import { type FakeConnection, grant } from "./test/fake-server.ts";
import { connected, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

function publish(connection: FakeConnection, ...data: unknown[]): void {
  connection.send(...data.map((item): ServerMessage => [Kind.EVENT, "news", item]));
}

/** Publishes on channels below `price:`, to whom subscribed to the pattern. */
function prices(connection: FakeConnection, ...publications: [channel: string, price: number][]): void {
  connection.send(
    ...publications.map(
      ([name, price]): ServerMessage => [Kind.EVENT, `price:${name}`, price, { pattern: "price:*", offset: price }],
    ),
  );
}

async function readAll(subscription: AsyncIterable<{ data: unknown }>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const { data } of subscription) seen.push(data);
  return seen;
}

/** A callback that takes its time: each publication is being handled until `done` is called. */
function slowly(): { readonly callback: (data: unknown) => Promise<void>; readonly seen: unknown[]; done(): void } {
  const seen: unknown[] = [];
  let finish = () => {};
  const callback = (data: unknown) => {
    seen.push(data);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  };
  return { callback, seen, done: () => finish() };
}

describe("a reader that is slow", () => {
  it("of `latest` gets the newest only, with what came with it", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news", { overflow: "latest" });
    await subscription.ready;
    server.connection.send([Kind.EVENT, "news", "old", { offset: 1, from: "ann" }], [Kind.EVENT, "news", "new"]);
    const reader = subscription[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: { channel: "news", data: "new" } });
    const next = reader.next();
    publish(server.connection, "at once", "later", "last");
    expect([(await next).value?.data, (await reader.next()).value?.data]).toEqual(["at once", "last"]);
    expect(subscription.dropped).toBe(2);
  });

  it("of `latest` on a pattern gets the newest of each channel, whose turn stays what it was", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("price:*", { overflow: "latest", buffer: 2 });
    await subscription.ready;
    prices(server.connection, ["tin", 1], ["gold", 2], ["tin", 3], ["gold", 4], ["tin", 5]);
    const reader = subscription[Symbol.asyncIterator]();
    expect((await reader.next()).value).toEqual({ channel: "price:tin", data: 5, offset: 5, pattern: "price:*" });
    prices(server.connection, ["tin", 6], ["gold", 7], ["lead", 8]);
    subscription.unsubscribe();
    // more channels than the buffer has room for: the one that waited longest went
    expect(await readAll(subscription)).toEqual([6, 8]);
    expect(subscription.dropped).toBe(5);
  });

  it("of `error` gets what waited, then OVERLOADED, and the server is told", async () => {
    const { client, server } = await connected(grant);
    const errors = vi.fn();
    client.on("error", errors);
    const subscription = client.subscribe("news", { overflow: "error", buffer: 2 });
    await subscription.ready;
    publish(server.connection, 1, 2, 3, 4);
    await settled();
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toHaveLength(1);
    const reader = subscription[Symbol.asyncIterator]();
    expect([(await reader.next()).value?.data, (await reader.next()).value?.data]).toEqual([1, 2]);
    await expect(reader.next()).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(subscription.state).toBe("unsubscribed");
    expect(errors).not.toHaveBeenCalled();
  });
});

describe("a callback that returns a promise", () => {
  it("gets the next publication when that has settled, in order", async () => {
    const { client, server } = await connected(grant);
    const { callback, seen, done } = slowly();
    await client.subscribe("news", callback).ready;
    publish(server.connection, 1, 2, 3);
    expect(seen).toEqual([1]);
    done();
    await settled();
    expect(seen).toEqual([1, 2]);
    done();
    await settled();
    done();
    await settled();
    publish(server.connection, 4);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("gets what comes with the data, also after a wait", async () => {
    const { client, server } = await connected(grant);
    const heard = vi.fn(async () => {});
    await client.subscribe("news", heard).ready;
    server.connection.send([Kind.EVENT, "news", 1], [Kind.EVENT, "news", 2, { offset: 7 }]);
    await settled();
    expect(heard.mock.calls).toEqual([
      [1, { channel: "news" }],
      [2, { channel: "news", offset: 7 }],
    ]);
  });

  it("may turn to plain results and back", async () => {
    const { client, server } = await connected(grant);
    const seen: unknown[] = [];
    await client.subscribe("news", (data) => {
      seen.push(data);
      return data === "slow" ? Promise.resolve() : undefined;
    }).ready;
    publish(server.connection, "slow", 1, 2, "slow", 3);
    expect(seen).toEqual(["slow"]);
    await settled();
    publish(server.connection, 4);
    expect(seen).toEqual(["slow", 1, 2, "slow", 3, 4]);
  });

  it("that rejects is told as `error`, and goes on", async () => {
    const { client, server } = await connected(grant);
    const errors = vi.fn();
    client.on("error", errors);
    const heard = vi.fn(async (data) => {
      if (data === 1) throw new Error("my own fault");
    });
    await client.subscribe("news", heard).ready;
    publish(server.connection, 1, 2);
    await settled();
    expect(errors.mock.calls).toEqual([[new Error("my own fault")]]);
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it.each<[SubscriptionOptions, unknown[], number]>([
    [{ buffer: 2 }, [1, 4, 5], 2],
    [{ overflow: "latest" }, [1, 5], 3],
    [{}, [1, 2, 3, 4, 5], 0],
  ])("with %j gets %j, and %i are dropped", async (options, expected, dropped) => {
    const { client, server } = await connected(grant);
    const { callback, seen, done } = slowly();
    const subscription = client.subscribe("news", callback, options);
    await subscription.ready;
    publish(server.connection, 1, 2, 3, 4, 5);
    for (let turn = 0; turn < 5; turn++) {
      done();
      await settled();
    }
    expect([seen, subscription.dropped]).toEqual([expected, dropped]);
  });

  it("of `error` gets what waited, the server and `error` are told", async () => {
    const { client, server } = await connected(grant);
    const errors = vi.fn();
    client.on("error", errors);
    const { callback, seen, done } = slowly();
    const subscription = client.subscribe("news", callback, { overflow: "error", buffer: 1 });
    await subscription.ready;
    publish(server.connection, 1, 2, 3, 4);
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ code: "OVERLOADED" })]]);
    done();
    await settled();
    done();
    await settled();
    expect([seen, subscription.state]).toEqual([[1, 2], "unsubscribed"]);
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toHaveLength(1);
  });

  it("gets nothing more after unsubscribe, not even what waited", async () => {
    const { client, server } = await connected(grant);
    const { callback, seen, done } = slowly();
    const subscription = client.subscribe("news", callback);
    await subscription.ready;
    publish(server.connection, 1, 2);
    subscription.unsubscribe();
    done();
    await settled();
    expect(seen).toEqual([1]);
  });
});
