import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { grant } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const ADA = { connection: "1", user: "ada" };

describe("a subscription that asks for presence", () => {
  it("says so to the server, and tells who comes and goes", async () => {
    const { client, server } = await connected(grant);
    const [heard, told] = [vi.fn(), vi.fn()];
    const subscription = client.subscribe("room", heard, { presence: true });
    const off = subscription.on("presence", told);
    await subscription.ready;
    expect(server.connection.of(Kind.SUBSCRIBE)).toEqual([[Kind.SUBSCRIBE, 1, "room", { presence: true }]]);
    server.connection.send([Kind.PRESENCE, "room", "join", ADA], [Kind.PRESENCE, "room", "leave", ADA]);
    off();
    server.connection.send([Kind.PRESENCE, "room", "join", ADA]);
    expect(told.mock.calls).toEqual([
      ["join", ADA],
      ["leave", ADA],
    ]);
    expect([heard.mock.calls.length, client.ignored]).toEqual([0, 0]);
  });

  it("does so again on every connection", async () => {
    const { client, server } = await connected(grant);
    client.subscribe("room", { presence: true });
    await settled();
    server.connection.hangUp(1006);
    await pass(500);
    expect(server.connection.of(Kind.SUBSCRIBE)).toEqual([[Kind.SUBSCRIBE, 2, "room", { presence: true }]]);
  });

  it("asks for it though others are subscribed already, once, and for as long as anybody is", async () => {
    const { client, server } = await connected(grant);
    const first = client.subscribe("room");
    await first.ready;
    const second = client.subscribe("room", { presence: true });
    const third = client.subscribe("room", { presence: true });
    await Promise.all([second.ready, third.ready]);
    await settled();
    expect(server.connection.of(Kind.SUBSCRIBE)).toEqual([
      [Kind.SUBSCRIBE, 1, "room"],
      [Kind.SUBSCRIBE, 2, "room", { presence: true }],
    ]);
    second.unsubscribe();
    third.unsubscribe();
    const told = vi.fn();
    first.on("presence", told);
    server.connection.send([Kind.PRESENCE, "room", "join", ADA]);
    expect(told).toHaveBeenCalledWith("join", ADA);
    first.unsubscribe();
    await settled();
    expect(server.connection.of(Kind.UNSUBSCRIBE)).toHaveLength(1);
    client.subscribe("room");
    await settled();
    expect(server.connection.of(Kind.SUBSCRIBE).at(-1)).toEqual([Kind.SUBSCRIBE, expect.any(Number), "room"]);
  });
});

describe("what a server tells of presence", () => {
  it("about a channel that nobody is subscribed to is ignored, and counted", async () => {
    const { client, server } = await connected(grant);
    server.connection.send([Kind.PRESENCE, "room", "join", ADA], [Kind.PRESENCE, "room", "join", null]);
    expect(client.ignored).toBe(2);
  });

  it("is reported where a listener throws, and the others hear it", async () => {
    const { client, server } = await connected(grant);
    const [errors, told] = [vi.fn(), vi.fn()];
    client.on("error", errors);
    const wrong = new Error("mine");
    client.subscribe("room", { presence: true }).on("presence", () => {
      throw wrong;
    });
    client.subscribe("room").on("presence", told);
    await settled();
    server.connection.send([Kind.PRESENCE, "room", "join", ADA]);
    await settled();
    expect(errors).toHaveBeenCalledWith(wrong);
    expect(told).toHaveBeenCalledTimes(1);
  });
});
