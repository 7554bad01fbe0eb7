import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { fakePage, usePages } from "./test/fake-page.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();
usePages();

describe("a client that waits to dial again", () => {
  it.each([
    ["online", "online again"],
    ["pageshow", "the page is shown again"],
    ["resume", "the page runs again"],
  ] as const)("dials at once at %s, and says why", async (type, text) => {
    const page = fakePage();
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    server.connection.hangUp(1006);
    page.tell(type);
    await settled();
    expect(states.mock.calls.slice(1)).toEqual([
      ["connecting", { text, attempt: 1 }],
      ["open", { text: "reconnected after 0.0 s" }],
    ]);
    await pass(1_000);
    expect(server.dialled).toHaveLength(2);
  });

  it("dials at once when the page is visible again", async () => {
    const page = fakePage();
    const { client, server } = await connected();
    server.connection.hangUp(1006);
    page.hide();
    page.show();
    await settled();
    expect(client.state).toBe("open");
  });

  it("leaves an attempt under way alone", async () => {
    const page = fakePage();
    const { server } = dialling(undefined, {}, "silent");
    page.tell("online");
    page.tell("resume");
    await pass(5_000);
    expect(server.dialled).toHaveLength(1);
  });

  it.each([
    ["4429", (hangUp: (code: number) => void) => hangUp(4429)],
    ["GOAWAY", (_: unknown, goAway: () => void) => goAway()],
  ] as const)("stays away where the server said so by %s, whatever the page does", async (_, end) => {
    const page = fakePage();
    const { server } = await connected();
    end(
      (code) => server.connection.hangUp(code),
      () => server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 30_000 }]),
    );
    page.tell("online");
    page.hide();
    page.show();
    await pass(29_999);
    expect(server.dialled).toHaveLength(1);
    await pass(501);
    expect(server.dialled).toHaveLength(2);
  });
});

describe("a connection that may be dead", () => {
  it.each(["online", "pageshow", "resume", "visible"] as const)(
    "is asked at %s, and has two and a half seconds",
    async (type) => {
      const page = fakePage();
      const { client, server } = await connected();
      if (type === "visible") page.show();
      else page.tell(type);
      await pass(2_499);
      expect([client.state, server.connection.of(Kind.PING).length]).toEqual(["open", 1]);
      await pass(1);
      expect(client.state).toBe("waiting");
    },
  );

  it("is asked once, however many events say so", async () => {
    const page = fakePage();
    const { server } = await connected();
    page.tell("resume");
    page.tell("online");
    page.show();
    await settled();
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
  });

  it("is not asked when a page that was just loaded is shown, but when one comes back from the cache", async () => {
    const page = fakePage();
    const { server } = await connected();
    page.tell("pageshow", { persisted: false });
    await settled();
    expect(server.connection.of(Kind.PING)).toEqual([]);
    page.tell("pageshow", { persisted: true });
    await settled();
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
  });

  it("is kept where it answers", async () => {
    const page = fakePage();
    const { client, server } = await connected();
    page.tell("online");
    await pass(2_000);
    server.connection.send([Kind.PONG]);
    await pass(40_000);
    expect([client.state, server.connections.length]).toEqual(["open", 1]);
  });

  it("is kept by a page that is hidden or frozen, and not asked", async () => {
    const page = fakePage();
    const { client, server } = await connected();
    page.hide();
    page.tell("freeze");
    await pass(40_000);
    expect([client.state, server.connection.of(Kind.PING).length]).toEqual(["open", 0]);
  });
});

describe("a page that nobody sees", () => {
  it("dials when it is visible, and says so", async () => {
    const page = fakePage("hidden");
    const { client, server } = dialling(undefined, { lazy: true });
    const states = vi.fn();
    client.on("state", states);
    const ready = client.ready;
    page.tell("online");
    await pass(60_000);
    expect(server.dialled).toHaveLength(0);
    page.show();
    await ready;
    expect(states.mock.calls).toEqual([
      ["waiting", { text: "dials when the page is visible" }],
      ["connecting", { text: "the page is visible again" }],
      ["open", { text: "connected" }],
    ]);
  });

  it("does not dial again either, and says what was lost", async () => {
    const page = fakePage();
    const { client, server } = await connected();
    const states = vi.fn();
    client.on("state", states);
    page.hide();
    server.connection.hangUp(1006);
    await pass(60_000);
    expect(states.mock.calls).toEqual([
      ["waiting", { code: 1006, text: "connection lost; dials when the page is visible", attempt: 1 }],
    ]);
    expect(server.dialled).toHaveLength(1);
    page.show();
    await settled();
    expect(client.state).toBe("open");
  });

  it("does not dial where it was hidden before the token came, and that is no failure", async () => {
    const page = fakePage();
    let give: (token: string) => void = () => {};
    const token = () => new Promise<string>((resolve) => (give = resolve));
    const { client, server } = dialling(undefined, { token });
    const failed = vi.fn();
    client.on("reconnectFailed", failed);
    page.hide();
    give("one");
    await pass(60_000);
    expect([client.state, server.dialled.length, failed.mock.calls]).toEqual(["waiting", 0, []]);
    page.show();
    await settled();
    expect([client.state, server.dialled.length]).toEqual(["open", 1]);
  });

  it("does not dial where it was hidden during the wait", async () => {
    const page = fakePage();
    const { client, server } = await connected();
    server.connection.hangUp(4429);
    page.hide();
    const states = vi.fn();
    client.on("state", states);
    await pass(60_000);
    expect([states.mock.calls.length, states.mock.calls[0]?.[1].retryMs, server.dialled.length]).toEqual([
      1,
      undefined,
      1,
    ]);
    page.show();
    await settled();
    expect(client.state).toBe("open");
  });

  it("dials all the same where it is told to", async () => {
    fakePage("hidden");
    const { client, server } = await connected(undefined, { reconnect: { whileHidden: true } });
    server.connection.hangUp(1006);
    await pass(500);
    expect([client.state, server.dialled.length]).toEqual(["open", 2]);
  });
});

describe("closing", () => {
  it("stops listening to the page", async () => {
    const page = fakePage();
    const { client } = await connected();
    expect(page.listeners()).toBe(4);
    client.close();
    expect(page.listeners()).toBe(0);
  });
});
