import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { grant, sayWelcome } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("a subscription", () => {
  it("is pending until the server has it", async () => {
    const { client, server } = await connected();
    const subscription = client.subscribe("chat:lobby", () => {});
    await settled();
    expect(server.connection.of(Kind.SUBSCRIBE)).toEqual([[Kind.SUBSCRIBE, 1, "chat:lobby"]]);
    expect(subscription.state).toBe("pending");
    server.connection.send([Kind.SUBSCRIBED, 1, {}]);
    await subscription.ready;
    expect(subscription.state).toBe("subscribed");
  });

  it("gives data and what comes with it to its callback", async () => {
    const { client, server } = await connected(grant);
    const heard = vi.fn();
    await client.subscribe("chat:lobby", heard).ready;
    server.connection.send(
      [Kind.EVENT, "chat:lobby", "hi"],
      [Kind.EVENT, "chat:lobby", "ho", { offset: 7, from: "ann" }],
    );
    expect(heard.mock.calls).toEqual([
      ["hi", { channel: "chat:lobby" }],
      ["ho", { channel: "chat:lobby", offset: 7, from: "ann" }],
    ]);
  });

  it("to a pattern gets what the server sends through that pattern", async () => {
    const { client, server } = await connected(grant);
    const [pattern, exact] = [vi.fn(), vi.fn()];
    client.subscribe("chat:*", pattern);
    await client.subscribe("chat:lobby", exact).ready;
    server.connection.send([Kind.EVENT, "chat:lobby", 1, { pattern: "chat:*" }], [Kind.EVENT, "chat:lobby", 2]);
    expect(pattern.mock.calls).toEqual([[1, { channel: "chat:lobby", pattern: "chat:*" }]]);
    expect(exact.mock.calls).toEqual([[2, { channel: "chat:lobby" }]]);
  });

  it("shares the channel with others, and the server is told when the last one goes", async () => {
    const { client, server } = await connected(grant);
    const [one, other] = [vi.fn(), vi.fn()];
    const first = client.subscribe("news", one);
    const second = client.subscribe("news", other);
    await Promise.all([first.ready, second.ready]);
    expect(server.connection.of(Kind.SUBSCRIBE)).toHaveLength(1);
    first.unsubscribe();
    first.unsubscribe();
    server.connection.send([Kind.EVENT, "news", 1]);
    await settled();
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([0, 1]);
    expect([first.state, second.state]).toEqual(["unsubscribed", "subscribed"]);
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toEqual([]);
    second.unsubscribe();
    await settled();
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toEqual([[Kind.UNSUBSCRIBE, 2, "news"]]);
    expect(client.ignored).toBe(0);
  });

  it("after the last one went is a new one", async () => {
    const { client, server } = await connected(grant);
    client.subscribe("news").unsubscribe();
    const again = client.subscribe("news");
    await again.ready;
    expect(server.connection.messages.slice(1).map(([kind]) => kind)).toEqual([
      Kind.SUBSCRIBE,
      Kind.UNSUBSCRIBE,
      Kind.SUBSCRIBE,
    ]);
    expect(again.state).toBe("subscribed");
  });

  it("that ends before the server answered rejects `ready`", async () => {
    const { client } = dialling();
    const subscription = client.subscribe("news");
    subscription.unsubscribe();
    await expect(subscription.ready).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("ends with its block by `using`", async () => {
    const { client, server } = await connected(grant);
    {
      using subscription = client.subscribe("news");
      await subscription.ready;
    }
    await settled();
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toHaveLength(1);
  });

  it("whose callback throws is told as `error`, and goes on", async () => {
    const { client, server } = await connected(grant);
    const [errors, other] = [vi.fn(), vi.fn()];
    client.on("error", errors);
    client.subscribe("news", () => {
      throw new Error("my own fault");
    });
    await client.subscribe("news", other).ready;
    server.connection.send([Kind.EVENT, "news", 1], [Kind.EVENT, "news", 2]);
    expect(errors).toHaveBeenCalledTimes(2);
    expect(errors).toHaveBeenCalledWith(new Error("my own fault"));
    expect(other).toHaveBeenCalledTimes(2);
  });
});

describe("a subscription that is refused", () => {
  it("ends, with the error for `ready` and for iterators", async () => {
    const { client, server } = await connected((message, connection) => {
      sayWelcome(message, connection);
      if (message[0] === Kind.SUBSCRIBE) connection.send([Kind.ERROR, message[1], "FORBIDDEN", "Not you."]);
    });
    const subscription = client.subscribe("secret");
    const next = subscription[Symbol.asyncIterator]().next();
    await expect(next).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(subscription.ready).rejects.toMatchObject({ code: "FORBIDDEN", message: "Not you." });
    expect(subscription.state).toBe("unsubscribed");
    await pass(30_000);
    expect(server.connection.of(Kind.SUBSCRIBE)).toHaveLength(1);
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toEqual([]);
  });

  it("for a while is asked for again, no sooner than the server said", async () => {
    const { client, server } = await connected();
    const subscription = client.subscribe("busy");
    const refused = expect(subscription.ready).rejects.toMatchObject({ code: "RATE_LIMITED" });
    await settled();
    server.connection.send([Kind.ERROR, 1, "RATE_LIMITED", "Slowly.", { retryAfterMs: 4_000 }]);
    await refused;
    expect(subscription.state).toBe("pending");
    await pass(3_999);
    expect(server.connection.of(Kind.SUBSCRIBE)).toHaveLength(1);
    await pass(1);
    server.connection.send([Kind.SUBSCRIBED, server.connection.of(Kind.SUBSCRIBE)[1]?.[1] ?? 0, {}]);
    await subscription.ready;
    expect(subscription.state).toBe("subscribed");
  });

  it("by silence is asked for again", async () => {
    const { client, server } = await connected();
    const subscription = client.subscribe("slow");
    await pass(10_500);
    expect(server.connection.of(Kind.SUBSCRIBE)).toHaveLength(2);
    expect(subscription.state).toBe("pending");
  });
});

describe("subscriptions and the connection", () => {
  it("are made again, in order, when it comes back", async () => {
    const { client, server } = await connected(grant);
    const names = ["c", "a", "b"];
    const subscriptions = names.map((name) => client.subscribe(name));
    await Promise.all(subscriptions.map(({ ready }) => ready));
    server.connection.hangUp(1006);
    expect(subscriptions.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    const ready = subscriptions.map((subscription) => subscription.ready);
    await pass(500);
    await Promise.all(ready);
    expect(server.connections).toHaveLength(2);
    expect(server.connection.of(Kind.SUBSCRIBE).map((message) => message[2])).toEqual(names);
    expect(subscriptions.map(({ state }) => state)).toEqual(["subscribed", "subscribed", "subscribed"]);
  });

  it("survive a loss before the server answered", async () => {
    const { client, server } = await connected();
    const subscription = client.subscribe("news");
    const ready = vi.fn();
    subscription.ready.then(ready, ready);
    await settled();
    server.connection.hangUp(1006);
    await pass(500);
    expect(ready).not.toHaveBeenCalled();
    server.connection.send([Kind.SUBSCRIBED, server.connection.of(Kind.SUBSCRIBE)[0]?.[1] ?? 0, {}]);
    await settled();
    expect(ready.mock.calls).toEqual([[undefined]]);
  });

  it("that ended meanwhile are not made again", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news");
    await subscription.ready;
    server.connection.hangUp(1006);
    subscription.unsubscribe();
    await pass(500);
    expect(server.connection.messages.map(([kind]) => kind)).toEqual([Kind.HELLO]);
  });

  it("that are made after GOAWAY wait for the next one", async () => {
    const { client, server } = await connected(grant);
    client.call("slow").catch(() => {});
    await settled();
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 100 }]);
    const subscription = client.subscribe("news");
    await settled();
    expect(subscription.state).toBe("pending");
    server.connection.hangUp(1012);
    await pass(500);
    expect(subscription.state).toBe("subscribed");
  });
});
