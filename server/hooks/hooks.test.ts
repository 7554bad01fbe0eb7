import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Connection, defineApp, defineHooks, type LocalClient, type SocketWorkerApi } from "../index.ts";
import { eventually } from "../test/patience.ts";
import { RawClient } from "../test/raw-client.ts";
import { serve, startTestServer } from "../test/test-server.ts";

const app = defineApp({
  procedures: { login: (user: string, { session }) => session.setUser(user), echo: (data: unknown) => data },
  channels: { "*": {} },
});

/** Serves with hooks in its one process. @returns what they get */
async function setup(options: Parameters<typeof serve>[1] = {}) {
  let api: SocketWorkerApi | undefined;
  const hooks = defineHooks({
    socketWorker(given) {
      api = given;
    },
  });
  const server = await serve(app, { hooks: [hooks], ...options });
  return { server, api: api as unknown as SocketWorkerApi };
}

it("hooks find connections, tag them, tell them something, close them, and hear what they do", async () => {
  const { server, api } = await setup({ node: "here" });
  const told: string[] = [];
  api.on("connection", ({ path }) => void told.push(`connection ${path}`));
  api.on("reply", ({ procedure }) => void told.push(`reply ${procedure}`));
  const one = await server.connect();
  const other = await server.connect({ format: "msgpack" });
  await one.ask([2, 1, "login", "ann"]);
  await other.ask([8, 1, "news"]);
  expect([api.worker, api.node, api.connections.size]).toEqual([0, "here", 2]);
  expect([...api.connections]).toHaveLength(2);
  expect(told).toEqual(["connection /", "connection /", "reply login"]);

  const [ann] = api.connections.select({ user: "ann" }) as [Connection];
  expect(api.connections.get(ann.id)).toBe(ann);
  expect(api.connections.get("nobody")).toBeUndefined();
  api.connections.setTags(ann, { room: "5", seat: null });
  expect(api.connections.sessionOf(ann).user).toBe("ann");
  expect(api.connections.select({ room: "5", user: "ann" })).toEqual([ann]);
  expect(() => api.connections.select({})).toThrow(RangeError);
  expect(() => api.connections.setTags(ann, { worker: "5" })).toThrow(RangeError);

  api.connections.send(ann, { to: "ann" });
  api.connections.send(api.connections, "to all");
  expect(await one.take(2)).toEqual([
    [12, "$direct", { to: "ann" }],
    [12, "$direct", "to all"],
  ]);
  expect(await other.next()).toEqual([12, "$direct", "to all"]);
  expect(() => api.connections.send(ann, 1n << 70n)).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));

  api.publish("news", 5);
  expect(await other.next()).toEqual([12, "news", 5]);
  expect(await api.toUser("ann").publish("hi")).toBe(1);
  expect(await api.toTagged({ room: "5" }).publish("there")).toBe(1);
  expect(await one.take(2)).toEqual([
    [12, "$direct", "hi"],
    [12, "$direct", "there"],
  ]);
  api.connections.send(ann, "bye");
  ann.close(4000, "enough");
  expect(await one.next()).toEqual([12, "$direct", "bye"]);
  expect(await one.closed).toEqual({ code: 4000, reason: "enough" });
  expect(await api.revoke({ user: "ann" })).toBe(0);
});

it("what hooks tag a connection with as it comes is there before and after its HELLO", async () => {
  const { server, api } = await setup();
  api.on("connection", (connection) => api.connections.setTags(connection, { from: connection.query }));
  const client = await server.connect({ path: "/?shop" });
  await eventually(() => expect(api.connections.select({ from: "shop" })).toHaveLength(1));
  await client.ask([0, {}]);
  expect(api.connections.select({ from: "shop" })).toHaveLength(1);
});

it.each(["msgpack", "json"] as const)(
  "hooks open connections without a network, which are like any others, in %s",
  async (format) => {
    const { server, api } = await setup();
    const said: unknown[] = [];
    const closed: unknown[] = [];
    const client = api.connect({
      ...{ format, path: "/shop", query: "a=b", address: "192.0.2.7" },
      message: (message) => void said.push(message),
      closed: (...how) => void closed.push(how),
    });
    const { connection } = client as LocalClient;
    expect(connection).toMatchObject({
      path: "/shop",
      query: "a=b",
      address: "192.0.2.7",
      binary: format === "msgpack",
    });
    expect([...api.connections]).toEqual([connection]);
    client?.send([0, {}]);
    client?.send([2, 1, "login", "ann"], [8, 2, "news"], [2, 3, "echo", "x".repeat(5_000)]);
    await eventually(() => expect(said).toHaveLength(4));
    expect(said).toMatchObject([[1, { resumed: false }], [3, 1], expect.anything(), expect.anything()]);
    const real = await server.connect();
    await real.ask([11, 1, "news", { from: "the network" }]);
    expect(await api.toUser("ann").publish("hi")).toBe(1);
    await eventually(() => {
      expect(said).toContainEqual([12, "news", { from: "the network" }]);
      expect(said).toContainEqual([12, "$direct", "hi"]);
      expect(said).toContainEqual([3, 3, "x".repeat(5_000)]);
    });
    connection.close(4000, "enough");
    await eventually(() => expect(closed).toEqual([[4000, "enough"]]));
    expect([client?.open, api.connections.size]).toEqual([false, 1]);

    const other = api.connect();
    other?.close();
    await eventually(() => expect(api.connections.size).toBe(1));
    expect(api.connect()?.open).toBe(true);
  },
);

it("hooks see the configuration without its secrets", async () => {
  const { api } = await setup({ controlToken: "a-token-of-17-chars", maxPayload: 5_000 });
  expect(api.config.maxPayload).toBe(5_000);
  expect(JSON.stringify(api.config)).not.toContain("a-token-of");
});

it("hooks are set up one after the other before clients may connect, and undone the other way round", async () => {
  const order: string[] = [];
  const hooks = ["first", "second"].map((name) =>
    defineHooks({
      async socketWorker({ connections }) {
        await Promise.resolve();
        order.push(`${name} ${connections.size}`);
        return async () => {
          await Promise.resolve();
          order.push(`undo ${name}`);
          if (name === "second") throw new Error("too late");
        };
      },
      primary: () => void order.push("never"),
    }),
  );
  const server = await startTestServer(app, { hooks });
  expect(order).toEqual(["first 0", "second 0"]);
  expect(server.records).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining("hooks of the primary are not called") }),
  );
  await server.stop();
  expect(order.slice(2)).toEqual(["undo second", "undo first"]);
  const error = { level: "error", message: "the hooks of number 2 of createServer's could not be undone" };
  expect(server.records).toContainEqual(expect.objectContaining(error));
});

it("hooks that throw at the start end it, and those before them are undone", async () => {
  const undone: string[] = [];
  const good = defineHooks({ socketWorker: () => () => void undone.push("good") });
  const bad = defineHooks({
    socketWorker() {
      throw new Error("no such table");
    },
  });
  await expect(startTestServer(app, { hooks: [good, bad] })).rejects.toThrow(
    "the hooks of number 2 of createServer's cannot be set up: no such table",
  );
  expect(undone).toEqual(["good"]);
});

it("listeners that fail are logged, and nothing else comes of it", async () => {
  const { server, api } = await setup();
  api.on("reply", () => {
    throw new Error("sync");
  });
  api.on("reply", async () => {
    throw new Error("async");
  });
  const client = await server.connect();
  expect(await client.ask([2, 1, "echo", 1])).toEqual([3, 1, 1]);
  await eventually(() => {
    expect(server.records.filter(({ message }) => message === "a listener failed")).toHaveLength(2);
  });
});

it("what hooks listen to ends with them, though the server listens again", async () => {
  let heard = 0;
  const hooks = defineHooks({ socketWorker: ({ on }) => void on("connection", () => heard++) });
  const running = await startTestServer(app, { hooks: [hooks] });
  await running.server.close();
  await running.server.listen();
  onTestFinished(() => running.stop());
  const client = await RawClient.connect({ port: running.server.port });
  await client.ask([2, 1, "echo", 1]);
  expect(heard).toBe(1);
  client.destroy();
});

it.each([
  ["exports nothing of the kind", "export const other = 1;", /exports no hooks; it needs/],
  ["does not parse", "export const = 1;", /cannot be loaded: /],
  ["throws while it is loaded", 'throw new Error("no luck");', /cannot be loaded: no luck/],
  ["is not there", undefined, /cannot be loaded: Cannot find/],
])("a file that %s ends the start by its name", async (_, source, expected) => {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-hooks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "my-hooks.mjs");
  if (source !== undefined) writeFileSync(file, source);
  const starting = startTestServer(app, { hooks: [file] });
  await expect(starting).rejects.toThrow(file);
  await expect(startTestServer(app, { hooks: [file] })).rejects.toThrow(expected);
});
