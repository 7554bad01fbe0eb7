import { describe, expect, it } from "vitest";
import { Kind, type ServerMessage } from "../shared/message.ts";
import { type FakeConnection, grant } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

function publish(connection: FakeConnection, ...data: unknown[]): void {
  connection.send(...data.map((item): ServerMessage => [Kind.EVENT, "news", item]));
}

describe("iterating over a subscription", () => {
  it("gives publications with what comes with them", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("chat:*");
    await subscription.ready;
    server.connection.send([Kind.EVENT, "chat:lobby", "hi", { offset: 3, pattern: "chat:*" }]);
    const { value } = await subscription[Symbol.asyncIterator]().next();
    expect(value).toEqual({ channel: "chat:lobby", data: "hi", offset: 3, pattern: "chat:*" });
  });

  it("gives what came since it was made, and what comes", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news");
    await subscription.ready;
    publish(server.connection, 1, 2);
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const { data } of subscription) if (seen.push(data) === 3) break;
    })();
    await settled();
    publish(server.connection, 3);
    await reading;
    expect(seen).toEqual([1, 2, 3]);
  });

  it("unsubscribes by break", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news");
    await subscription.ready;
    publish(server.connection, 1);
    for await (const _publication of subscription) break;
    await settled();
    expect(subscription.state).toBe("unsubscribed");
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toHaveLength(1);
  });

  it("is ended by unsubscribe, even while the next publication is awaited", async () => {
    const { client } = await connected(grant);
    const subscription = client.subscribe("news");
    const next = subscription[Symbol.asyncIterator]().next();
    await settled();
    subscription.unsubscribe();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it("can be left while the next publication is awaited", async () => {
    const { client } = await connected(grant);
    const subscription = client.subscribe("news");
    const iterator = subscription[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(subscription.state).toBe("unsubscribed");
  });

  it("drops the oldest of more than a thousand that wait, and counts them", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news");
    await subscription.ready;
    publish(server.connection, ...Array.from({ length: 1_003 }, (_, index) => index));
    expect(subscription.dropped).toBe(3);
    expect((await subscription[Symbol.asyncIterator]().next()).value?.data).toBe(3);
  });

  it("may have a buffer of its own", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news", { buffer: 2 });
    await subscription.ready;
    publish(server.connection, "a", "b", "c");
    subscription.unsubscribe();
    const seen: unknown[] = [];
    for await (const { data } of subscription) seen.push(data);
    expect([seen, subscription.dropped]).toEqual([["b", "c"], 1]);
  });

  it.each([[0], [Number.NaN], [-5]])("keeps one at least, also with a buffer of %d", async (buffer) => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news", { buffer });
    await subscription.ready;
    publish(server.connection, "a", "b");
    expect(subscription.dropped).toBe(1);
    expect((await subscription[Symbol.asyncIterator]().next()).value?.data).toBe("b");
  });

  it("goes on over a new connection", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news");
    await subscription.ready;
    const next = subscription[Symbol.asyncIterator]().next();
    server.connection.hangUp(1006);
    await pass(500);
    publish(server.connection, "back");
    expect((await next).value?.data).toBe("back");
  });

  it("ends where the client is closed, and throws where the server closed it for good", async () => {
    const own = await connected(grant);
    const ended = own.client.subscribe("news")[Symbol.asyncIterator]().next();
    own.client.close();
    expect(await ended).toEqual({ done: true, value: undefined });
    const banned = await connected(grant);
    const failed = banned.client.subscribe("news")[Symbol.asyncIterator]().next();
    banned.server.connection.hangUp(4403);
    await expect(failed).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("is possible beside a callback", async () => {
    const { client, server } = await connected(grant);
    const heard: unknown[] = [];
    const subscription = client.subscribe("news", (data) => heard.push(data));
    await subscription.ready;
    const next = subscription[Symbol.asyncIterator]().next();
    publish(server.connection, 1);
    expect([heard, (await next).value?.data]).toEqual([[1], 1]);
    expect(subscription.dropped).toBe(0);
  });
});
