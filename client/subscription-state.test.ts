import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { grant, sayWelcome } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("the state of a subscription", () => {
  it("is told at every change, with what the server said", async () => {
    const { client, server } = await connected((message, connection) => {
      sayWelcome(message, connection);
      if (message[0] === Kind.SUBSCRIBE) connection.send([Kind.SUBSCRIBED, message[1], { epoch: "e", offset: 4 }]);
    });
    const subscription = client.subscribe("news");
    const states = vi.fn();
    subscription.on("state", states);
    await subscription.ready;
    server.connection.hangUp(1006);
    await pass(500);
    subscription.unsubscribe();
    subscription.unsubscribe();
    const info = { epoch: "e", offset: 4 };
    expect(states.mock.calls).toEqual([
      ["subscribed", { info }],
      ["pending", {}],
      ["subscribed", { info }],
      ["unsubscribed", { error: undefined }],
    ]);
  });

  it("ends with the error where the server refuses", async () => {
    const { client } = await connected((message, connection) => {
      sayWelcome(message, connection);
      if (message[0] === Kind.SUBSCRIBE) connection.send([Kind.ERROR, message[1], "FORBIDDEN", "Not you."]);
    });
    const states = vi.fn();
    client.subscribe("secret", () => {}).on("state", states);
    await settled();
    expect(states.mock.calls).toEqual([["unsubscribed", { error: expect.objectContaining({ code: "FORBIDDEN" }) }]]);
  });

  it("is told to each of those who share a channel, until they leave or release", async () => {
    const { client } = await connected(grant);
    const [one, other, released] = [vi.fn(), vi.fn(), vi.fn()];
    const first = client.subscribe("news");
    const second = client.subscribe("news");
    first.on("state", (state) => {
      one(state);
      second.unsubscribe();
    });
    second.on("state", (state) => other(state));
    first.on("state", released)();
    await first.ready;
    expect([one.mock.calls, other.mock.calls]).toEqual([[["subscribed"]], [["unsubscribed"]]]);
    expect(released).not.toHaveBeenCalled();
  });

  it("that a listener cannot bear is told as `error`", async () => {
    const { client } = await connected(grant);
    const errors = vi.fn();
    client.on("error", errors);
    const subscription = client.subscribe("news");
    subscription.on("state", () => {
      throw new Error("my own fault");
    });
    await subscription.ready;
    expect(errors.mock.calls).toEqual([[new Error("my own fault")]]);
    expect(subscription.state).toBe("subscribed");
  });
});

describe("a subscription's signal", () => {
  it("unsubscribes when it aborts, and ends the iteration", async () => {
    const { client, server } = await connected(grant);
    const controller = new AbortController();
    const subscription = client.subscribe("news", { signal: controller.signal });
    const next = subscription[Symbol.asyncIterator]().next();
    await subscription.ready;
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(subscription.state).toBe("unsubscribed");
    await settled();
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toHaveLength(1);
  });

  it("goes beside a callback too", async () => {
    const { client, server } = await connected(grant);
    const controller = new AbortController();
    const heard = vi.fn();
    await client.subscribe("news", heard, { signal: controller.signal }).ready;
    controller.abort();
    server.connection.send([Kind.EVENT, "news", 1]);
    expect(heard).not.toHaveBeenCalled();
  });

  it("that has aborted already makes none", async () => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news", () => {}, { signal: AbortSignal.abort() });
    expect(subscription.state).toBe("unsubscribed");
    await expect(subscription.ready).rejects.toMatchObject({ code: "CANCELLED" });
    await settled();
    expect(server.connection.messages.map(([kind]) => kind)).toEqual([Kind.HELLO]);
  });

  it("is let go of when the subscription ends", () => {
    const { client } = dialling(grant);
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    client.subscribe("news", { signal }).unsubscribe();
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
  });
});

describe("a listener of a subscription's state that is async and rejects", () => {
  it("is told as the client's `error`", async () => {
    const own = new Error("my own fault");
    const { client } = await connected(grant);
    const errors = vi.fn();
    client.on("error", errors);
    const subscription = client.subscribe("news");
    subscription.on("state", async () => Promise.reject(own));
    await settled();
    expect(errors.mock.calls).toEqual([[own]]);
  });
});
