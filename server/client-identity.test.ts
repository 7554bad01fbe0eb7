import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ClientOptions } from "../client/index.ts";
import { connect } from "../client/node.ts";
import { authenticate, procedures } from "./auth/test/token-app.ts";
import { defineApp } from "./index.ts";
import { eventually } from "./test/patience.ts";
import { serve } from "./test/test-server.ts";

const app = defineApp({ procedures, authenticate, channels: { "user:*": { perUser: true }, "*": {} } });

function connected(port: number, options: ClientOptions = {}) {
  const client = connect<typeof app>(`ws://127.0.0.1:${port}`, {
    ...options,
    reconnect: { minDelayMs: 1, maxDelayMs: 20 },
  });
  onTestFinished(() => client.close());
  return client;
}

describe("a client with a token", () => {
  it("is who the token says, calls and subscribes as that, and hears what is said to its user", async () => {
    const { port, server } = await serve(app);
    const ada = connected(port, { token: "ada" });
    const direct = vi.fn();
    ada.on("direct", direct);
    expect(await ada.call("whoami")).toMatchObject({ user: "ada", proven: true });
    const heard = vi.fn();
    await ada.subscribe("user:ada#inbox", heard).ready;
    await expect(ada.subscribe("user:bob#inbox", heard).ready).rejects.toMatchObject({ code: "FORBIDDEN" });
    server.publish("user:ada#inbox", "hi");
    expect(await server.toUser("ada").publish({ hello: "there" })).toBe(1);
    await eventually(() => expect([heard.mock.calls.length, direct.mock.calls]).toEqual([1, [[{ hello: "there" }]]]));
    expect(ada.ignored).toBe(0);
  });

  it("whose life the client cannot know is asked for anew where the server warns, and the connection stays", async () => {
    const { port } = await serve(app);
    const reasons: string[] = [];
    const client = connected(port, {
      token: ({ reason }) => {
        reasons.push(reason);
        return reasons.length === 1 ? "ada:4000" : "ada:600000";
      },
    });
    await client.ready;
    await eventually(() => expect(reasons).toEqual(["connect", "expiring"]));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect([client.state, reasons.length]).toEqual(["open", 2]);
  });

  it("that is good no more is asked for once, and with the new one everything goes on", async () => {
    const { port } = await serve(app);
    const tokens = ["ada:1500", "ada"];
    let count = 0;
    // what the server says on the way is not heeded here: another token comes only once the first is refused
    const client = connected(port, { token: ({ reason }) => (reason === "expiring" ? tokens[0] : tokens[count++]) });
    const resumed: boolean[] = [];
    client.on("welcome", (welcome) => void resumed.push(welcome.resumed));
    await client.subscribe("user:ada", () => undefined).ready;
    await eventually(() => expect(count).toBe(2));
    await eventually(() => expect(client.state).toBe("open"));
    expect(await client.call("whoami")).toMatchObject({ user: "ada" });
    expect(resumed).toEqual([false, true]);
  });

  it("that the server refuses for good ends the client, who is told why", async () => {
    const { port } = await serve(app);
    const client = connected(port, { token: "banned" });
    client.call("whoami").catch(() => undefined);
    await eventually(() => expect(client.state).toBe("closed"));
    await expect(client.call("whoami")).rejects.toMatchObject({ code: "FORBIDDEN" });
    const other = connected(port, { token: "wrong" });
    other.call("whoami").catch(() => undefined);
    await eventually(() => expect(other.state).toBe("closed"));
    await expect(other.call("whoami")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});

it("a subscription that is not for who one has become ends with FORBIDDEN, and the others go on", async () => {
  const { port, server } = await serve(app);
  const client = connected(port);
  await client.call("login", "ada");
  const [own, news] = [vi.fn(), vi.fn()];
  const subscription = client.subscribe("user:ada", own);
  const states = vi.fn();
  subscription.on("state", states);
  await subscription.ready;
  await client.subscribe("news", news).ready;
  await client.call("login", "bob");
  await eventually(() => expect(subscription.state).toBe("unsubscribed"));
  expect(states.mock.lastCall).toEqual(["unsubscribed", { error: expect.objectContaining({ code: "FORBIDDEN" }) }]);
  server.publish("user:ada", 1);
  server.publish("news", 1);
  await eventually(() => expect(news).toHaveBeenCalledOnce());
  expect(own).not.toHaveBeenCalled();
});

it("a user who is revoked is closed, and comes back only with a token that the application takes", async () => {
  const { port, server } = await serve(app);
  const reasons: string[] = [];
  const client = connected(port, {
    token({ reason }) {
      reasons.push(reason);
      return "ada";
    },
  });
  const resumed: boolean[] = [];
  client.on("welcome", (welcome) => void resumed.push(welcome.resumed));
  await client.call("whoami");
  expect(await server.revoke({ user: "ada" })).toBe(1);
  await eventually(() => expect(reasons).toEqual(["connect", "refused"]));
  await eventually(() => expect(client.state).toBe("open"));
  await eventually(() => expect(resumed).toEqual([false, false]));
  expect(await server.revoke({ user: "ada" }, { ban: true })).toBe(1);
  await eventually(() => expect(client.state).toBe("closed"));
  await expect(client.call("whoami")).rejects.toMatchObject({ code: "FORBIDDEN" });
});
