import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { connect } from "../client/node.ts";
import { defineApp } from "./index.ts";
import { startTestServer, type TestServer, until } from "./test/test-server.ts";

const HEARTBEAT_MS = 200;

const app = defineApp({
  procedures: { echo: (data: unknown) => data },
  channels: { "*": {} },
});

let run: TestServer;

beforeAll(async () => {
  run = await startTestServer(app, { heartbeatMs: HEARTBEAT_MS });
});

afterAll(() => run.stop());

/** A way to the server that can turn into a black hole: nothing gets through, and nothing is hung up. */
async function network() {
  let holes = false;
  const sockets = new Set<Socket>();
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    const far = tcpConnect({ port: run.port, host: "127.0.0.1", allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("end", () => {
        if (!holes) to.end();
      });
      from.on("close", () => {
        if (!holes) to.destroy();
      });
      from.on("data", (data) => {
        if (!holes) to.write(data);
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    swallow(on: boolean) {
      holes = on;
    },
  };
}

describe("a client whose server is swallowed by the network", () => {
  it("notices within two heartbeats and five seconds, and comes back when there is a way again", async () => {
    const { url, swallow } = await network();
    const client = connect<typeof app>(url, { reconnect: { minDelayMs: 50 }, connectTimeoutMs: 1_000 });
    onTestFinished(() => client.close());
    await client.call("echo", 1);
    const states = vi.fn();
    client.on("state", states);
    const since = Date.now();
    swallow(true);
    await until(() => client.state !== "open", 20_000);
    const took = Date.now() - since;
    expect(states.mock.calls[0]).toMatchObject(["waiting", { code: 4408, attempt: 1 }]);
    // the last word may have come a moment before
    expect(took).toBeGreaterThan(5_000);
    expect(took).toBeLessThan(2 * HEARTBEAT_MS + 5_000 + 3_000);
    swallow(false);
    expect(await client.call("echo", 2)).toBe(2);
  });
});

describe("reconnect", () => {
  it("leaves a live connection for another, and subscriptions go along", async () => {
    const client = connect<typeof app>(`ws://127.0.0.1:${run.port}`);
    onTestFinished(() => client.close());
    const heard: unknown[] = [];
    await client.subscribe("news", (data) => heard.push(data)).ready;
    const first = client.welcome;
    const states = vi.fn();
    client.on("state", states);
    client.reconnect();
    await until(() => client.welcome !== first);
    await client.publish("news", "here");
    await until(() => heard.length > 0);
    expect(heard).toEqual(["here"]);
    expect(states.mock.calls.map(([state, { text }]) => `${state}: ${text}`)).toEqual([
      "connecting: asked to",
      expect.stringMatching(/^open: reconnected after \d+\.\d s$/),
    ]);
  });
});

describe("a token", () => {
  it("is no drama at a server that authenticates nobody", async () => {
    const token = vi.fn(async () => ({ token: `token-${token.mock.calls.length}`, expiresAt: Date.now() + 100 }));
    const client = connect<typeof app>(`ws://127.0.0.1:${run.port}`, { token });
    onTestFinished(() => client.close());
    const errors = vi.fn();
    client.on("error", errors);
    await until(() => token.mock.calls.length > 1, 8_000);
    expect(await client.call("echo", 3)).toBe(3);
    expect([client.state, errors.mock.calls]).toEqual(["open", []]);
  });
});
