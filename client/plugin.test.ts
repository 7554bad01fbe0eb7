import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { Client } from "./client.ts";
import { definePlugin, type PluginApi } from "./plugin.ts";
import { FakeServer, grant } from "./test/fake-server.ts";
import { connected, dialling, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("a plugin", () => {
  it("among the options is set up before the client dials", () => {
    const setup = vi.fn(({ client }: PluginApi) => expect(client.state).toBe("waiting"));
    const { client, server } = dialling(grant, { plugins: [definePlugin({ name: "early", setup })] });
    expect(setup).toHaveBeenCalledOnce();
    expect([client.state, server.dialled.length]).toEqual(["connecting", 1]);
  });

  it("listens, looks at messages, and uses the client", async () => {
    const [states, seen] = [vi.fn(), vi.fn()];
    const { server } = dialling(grant, {
      plugins: [
        {
          name: "all",
          setup({ client, on, use }) {
            on("state", states);
            use({ onReceive: (message) => seen(message[0]) });
            client.subscribe("news");
          },
        },
      ],
    });
    await settled();
    expect(states.mock.calls.map(([state]) => state)).toEqual(["connecting", "open"]);
    expect(seen.mock.calls.flat()).toEqual([Kind.WELCOME, Kind.SUBSCRIBED]);
    expect(server.connection.of(Kind.SUBSCRIBE)).toHaveLength(1);
  });

  it("manages the connection there is", async () => {
    const { client, server } = await connected(grant);
    let api: PluginApi | undefined;
    client.plug({
      name: "manager",
      setup(given) {
        api = given;
      },
    });
    expect([api?.client.state, api?.client.welcome?.node]).toEqual(["open", "test"]);
    api?.client.reconnect();
    await settled();
    expect([client.state, server.connections.length]).toEqual(["open", 2]);
    api?.client.close();
    expect(client.state).toBe("closed");
  });

  it("offers procedures to the server", async () => {
    const { client, server } = await connected(grant);
    const unplug = client.plug({
      name: "answers",
      setup({ register }) {
        register("ask", () => "yes");
      },
    });
    server.connection.send([Kind.CALL, 1, "ask"]);
    await settled();
    unplug();
    server.connection.send([Kind.CALL, 2, "ask"]);
    await settled();
    expect(server.connection.of(Kind.RESULT)).toEqual([[Kind.RESULT, 1, "yes"]]);
    expect(server.connection.of(Kind.ERROR)).toHaveLength(1);
  });

  it("that is unplugged leaves nothing behind, and its undo is called once", async () => {
    const { client, server } = await connected(grant);
    const [undo, states, seen] = [vi.fn(), vi.fn(), vi.fn()];
    let other: Client | undefined;
    const unplug = client.plug({
      name: "guest",
      setup({ on, use, connect }) {
        on("disconnected", states);
        use({ onSend: (message) => seen(message) });
        other = connect("ws://other.test");
        return undo;
      },
    });
    await settled();
    expect(server.dialled.map(({ url }) => url)).toEqual(["ws://server.test/", "ws://other.test/"]);
    expect(other?.state).toBe("open");
    unplug();
    unplug();
    expect([undo.mock.calls.length, other?.state, client.state]).toEqual([1, "closed", "open"]);
    await client.subscribe("news").ready;
    client.close();
    expect([undo.mock.calls.length, states.mock.calls.length, seen.mock.calls.length]).toEqual([1, 0, 0]);
  });

  it("is undone when the client is closed, after it has heard of that, in reverse order", async () => {
    const told: string[] = [];
    const { server } = await connected(grant, {
      plugins: [
        {
          name: "guest",
          setup({ on, connect }) {
            const other = connect("ws://other.test");
            other.on("state", (state) => told.push(`other ${state}`));
            on("state", (state) => told.push(state));
            return () => told.push("undone");
          },
        },
      ],
    });
    told.length = 0;
    server.connections[1]?.hangUp(4403);
    expect(told).toEqual(["closed", "undone", "other closed"]);
  });

  it("whose parts are released one by one has no more to undo", async () => {
    const { client } = await connected(grant);
    const states = vi.fn();
    let off = () => {};
    const unplug = client.plug({
      name: "tidy",
      setup({ on }) {
        off = on("state", states);
      },
    });
    off();
    client.close();
    unplug();
    expect(states).not.toHaveBeenCalled();
  });

  it("that does something when it is unplugged already has that undone at once", async () => {
    const { client } = await connected(grant);
    const [states, undo] = [vi.fn(), vi.fn()];
    let api: PluginApi | undefined;
    client.plug({
      name: "late",
      setup(given) {
        api = given;
        return undo;
      },
    })();
    const other = api?.connect("ws://other.test");
    api?.on("state", states);
    api?.register("ask", () => "yes");
    expect([other?.state, undo.mock.calls.length]).toEqual(["closed", 1]);
    client.register("ask", () => "no");
    client.close();
    expect(states).not.toHaveBeenCalled();
  });

  it("that closes the client while it is set up is undone", async () => {
    const { client } = await connected(grant);
    const undo = vi.fn();
    let other: Client | undefined;
    client.plug({
      name: "last",
      setup({ connect }) {
        client.close();
        other = connect("ws://other.test");
        return undo;
      },
    });
    expect([undo.mock.calls.length, other?.state]).toEqual([1, "closed"]);
  });

  it("whose undo throws is told as `error`, and the rest is undone", async () => {
    const { client } = await connected(grant);
    const [errors, states] = [vi.fn(), vi.fn()];
    client.on("error", errors);
    client.plug({
      name: "clumsy",
      setup({ on }) {
        on("state", states);
        return () => {
          throw new Error("my own fault");
        };
      },
    })();
    client.close();
    expect(errors.mock.calls).toEqual([[new Error("my own fault")]]);
    expect(states).not.toHaveBeenCalled();
  });
});

describe("a plugin that throws", () => {
  const broken = definePlugin({
    name: "broken",
    setup() {
      throw new Error("no luck");
    },
  });

  it("lets the client's making throw with its name, undoes the others, and nothing is dialled", () => {
    const server = new FakeServer(grant);
    const undo = vi.fn();
    const plugins = [{ name: "fine", setup: () => undo }, broken];
    expect(() => new Client("ws://server.test", { plugins }, server.webSocket, portableDeflate)).toThrow(
      /"broken".*no luck/,
    );
    expect([undo.mock.calls.length, server.dialled.length, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });

  it("later, undoes what it had done by then, and stops nothing", async () => {
    const { client } = await connected(grant);
    const states = vi.fn();
    const late = definePlugin({
      name: "late",
      setup({ on }) {
        on("state", states);
        throw new Error("no luck");
      },
    });
    expect(() => client.plug(late)).toThrow(expect.objectContaining({ cause: new Error("no luck") }));
    expect(client.state).toBe("open");
    client.close();
    expect(states).not.toHaveBeenCalled();
  });

  it("includes every plugin of a client that is closed", async () => {
    const { client } = await connected(grant);
    const setup = vi.fn();
    client.close();
    expect(() => client.plug({ name: "late", setup })).toThrow(/"late".*closed/);
    expect(setup).not.toHaveBeenCalled();
  });
});
