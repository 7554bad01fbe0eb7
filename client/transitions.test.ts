import { afterEach, describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import type { Client } from "./client.ts";
import type { ClientEvents } from "./events.ts";
import { type FakeConnection, grant, WELCOME } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();
afterEach(() => {
  vi.unstubAllGlobals();
});

/** What a client tells, of the events that say what a change of state amounts to. */
function listening(client: Client): unknown[][] {
  const told: unknown[][] = [];
  const names: (keyof ClientEvents)[] = ["disconnected", "reconnectFailed", "reconnected"];
  for (const name of names) client.on(name, (...args: unknown[]) => told.push([name, ...args]));
  return told;
}

describe("a loss of the connection", () => {
  it("is told with its reason, and so is the return, with how long it took and what it found", async () => {
    const { client, server } = await connected(grant);
    const told = listening(client);
    client.subscribe("news");
    client.subscribe("chat:*");
    await pass(7_000);
    server.connection.hangUp(1012);
    expect(told).toEqual([["disconnected", expect.objectContaining({ code: 1012, text: "restart", retryMs: 500 })]]);
    await pass(500);
    expect(told.slice(1)).toEqual([["reconnected", { awayMs: 500, resumed: false, subscriptions: 2, repeated: 0 }]]);
  });

  it("is measured by the wall clock, which goes on where a machine sleeps, and may be set back", async () => {
    const { client, server } = await connected(grant);
    const told = listening(client);
    for (const slept of [3_600_000, -3_600_000]) {
      server.connection.hangUp(1006);
      vi.setSystemTime(Date.now() + slept);
      await pass(1_500);
    }
    const away = told.filter(([name]) => name === "reconnected").map(([, info]) => info);
    expect(away).toEqual([
      { awayMs: expect.closeTo(3_600_500, -4), resumed: false, subscriptions: 0, repeated: 0 },
      { awayMs: 0, resumed: false, subscriptions: 0, repeated: 0 },
    ]);
  });

  it("tells of each attempt that failed, until one is welcomed: the time away is that of the whole", async () => {
    const { client, server } = await connected(grant);
    const told = listening(client);
    server.network = "down";
    server.connection.hangUp(1006);
    await pass(500);
    await pass(500);
    server.network = "up";
    await pass(500);
    expect(told.map(([name]) => name)).toEqual(["disconnected", "reconnectFailed", "reconnectFailed", "reconnected"]);
    expect(told[3]?.[1]).toMatchObject({ awayMs: 1_500 });
  });

  it("before the welcome is part of the same absence", async () => {
    let welcomed = true;
    const { client, server } = await connected((message, connection: FakeConnection) => {
      if (welcomed && message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, resumed: true }]);
    });
    const told = listening(client);
    welcomed = false;
    server.connection.hangUp(1006);
    await pass(500);
    server.connection.hangUp(1006);
    welcomed = true;
    await pass(500);
    expect(told.map(([name]) => name)).toEqual(["disconnected", "disconnected", "reconnected"]);
    expect(told[2]?.[1]).toEqual({ awayMs: 1_000, resumed: true, subscriptions: 0, repeated: 0 });
  });
});

describe("a first connection", () => {
  it("is no return, and its failures are told", async () => {
    const { client, server } = dialling(grant, {}, "down");
    const told = listening(client);
    await settled();
    server.network = "up";
    await pass(500);
    expect(told.map(([name]) => name)).toEqual(["reconnectFailed"]);
    // only the connection itself would be lost by it
    server.connection.send([Kind.WELCOME, WELCOME]);
    expect(told).toHaveLength(1);
  });
});

describe("the application's own close", () => {
  it("of an open connection is told", async () => {
    const { client } = await connected(grant);
    const told = listening(client);
    client.close();
    expect(told).toEqual([["disconnected", { code: 1000, text: "The client was closed." }]]);
  });

  it("while it dials is no failure", async () => {
    const { client } = dialling(grant, {}, "silent");
    const told = listening(client);
    client.close();
    await settled();
    expect(told).toEqual([]);
  });
});

describe("reconnect()", () => {
  it("is a loss and a return", async () => {
    const { client } = await connected(grant);
    const told = listening(client);
    client.reconnect();
    await settled();
    expect(told.map(([name]) => name)).toEqual(["disconnected", "reconnected"]);
  });
});

describe("a listener of these that throws", () => {
  it("is told as `error`, and stops nothing", async () => {
    const { client, server } = await connected(grant);
    const errors = vi.fn();
    client.on("error", errors);
    client.on("disconnected", () => {
      throw new Error("my own fault");
    });
    server.connection.hangUp(1006);
    await pass(500);
    expect(errors.mock.calls).toEqual([[new Error("my own fault")]]);
    expect(client.state).toBe("open");
  });
});

describe("a listener that changes what it is told of", () => {
  /** The states too, as all others hear of them. */
  function all(client: Client): string[] {
    const told: string[] = [];
    client.on("state", (state) => told.push(state));
    for (const name of ["disconnected", "reconnectFailed", "reconnected"] as const)
      client.on(name, () => told.push(name));
    return told;
  }

  it.each([
    ["close", ["waiting", "disconnected", "closed"]],
    ["reconnect", ["waiting", "disconnected", "connecting", "open", "reconnected"]],
  ] as const)("by %s() does not turn around what others hear", async (what, expected) => {
    const { client, server } = await connected(grant);
    client.on("state", (state) => state === "waiting" && client[what]());
    const told = all(client);
    server.connection.hangUp(1006);
    await settled();
    expect(told).toEqual(expected);
  });

  it.each([
    ["close", ["waiting", "disconnected", "closed"]],
    ["reconnect", ["waiting", "disconnected", "connecting", "open", "reconnected"]],
  ] as const)("of a subscription by %s() does not either", async (what, expected) => {
    const { client, server } = await connected(grant);
    const subscription = client.subscribe("news");
    await subscription.ready;
    subscription.on("state", (state) => state === "pending" && client[what]());
    const told = all(client);
    server.connection.hangUp(1006);
    await settled();
    expect(told).toEqual(expected);
  });

  it("at the welcome is told of no return", async () => {
    const { client } = await connected(grant);
    client.on("welcome", () => client.close());
    const told = all(client);
    client.reconnect();
    await settled();
    expect(told).toEqual(["connecting", "disconnected", "open", "closed", "disconnected"]);
  });
});
