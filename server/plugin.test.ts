import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineApp, definePlugin, type PluginApi } from "./index.ts";
import { serve, until } from "./test/test-server.ts";

function plugin(name: string, setup: (api: PluginApi) => unknown) {
  return definePlugin({ name, setup });
}

describe("a plugin", () => {
  it("adds procedures, plain and with a schema", async () => {
    const clock = plugin("clock", ({ procedure }) => {
      procedure("clock.zone", () => "UTC");
      procedure("clock.add", { input: z.number(), handler: (hours) => hours + 1 });
    });
    const client = await (await serve(defineApp({ plugins: [clock] }))).connect();
    expect(await client.ask([2, 1, "clock.zone"])).toEqual([3, 1, "UTC"]);
    expect(await client.ask([2, 2, "clock.add", 1])).toEqual([3, 2, 2]);
    expect(await client.ask([2, 3, "clock.add", "1"])).toMatchObject([4, 3, "BAD_REQUEST", expect.any(String), {}]);
  });

  it("may take its time to set up, and to find out that it cannot", async () => {
    const patient = plugin("patient", async ({ procedure }) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      procedure("late", () => "but there");
    });
    const client = await (await serve(defineApp({ plugins: [patient] }))).connect();
    expect(await client.ask([2, 1, "late"])).toEqual([3, 1, "but there"]);
    const hopeless = plugin("hopeless", () => Promise.reject(new Error("no database")));
    await expect(serve(defineApp({ plugins: [hopeless] }))).rejects.toThrow(
      'The plugin "hopeless" cannot be set up: no database',
    );
  });

  it("adds channels with their rules", async () => {
    const board = plugin("board", ({ channel }) => channel("board:*", { publish: false }));
    const client = await (await serve(defineApp({ plugins: [board] }))).connect();
    expect(await client.ask([8, 1, "board:a"])).toEqual([9, 1, {}]);
    expect(await client.ask([11, 2, "board:a", 1])).toMatchObject([4, 2, "FORBIDDEN", expect.any(String)]);
  });

  it("adds middleware inside the application's, around every procedure, those before it included", async () => {
    const notes: string[] = [];
    const note = (name: string) => (_: unknown, next: () => unknown) => {
      notes.push(name);
      return next();
    };
    const app = defineApp({
      use: [note("application")],
      plugins: [plugin("first", ({ use }) => use(note("first"))), plugin("second", ({ use }) => use(note("second")))],
      procedures: { own: { use: [note("own")], handler: () => notes.join() } },
    });
    const client = await (await serve(app)).connect();
    expect(await client.ask([2, 1, "own"])).toEqual([3, 1, "application,first,second,own"]);
  });

  it("listens until it stops", async () => {
    const heard: number[] = [];
    const counting = plugin("counting", ({ on }) => {
      const release = on("reply", ({ id }) => {
        heard.push(id);
        if (id === 2) release();
      });
    });
    const client = await (await serve(defineApp({ plugins: [counting] }))).connect();
    for (const id of [1, 2, 3]) await client.ask([2, id, "$ping"]);
    expect(heard).toEqual([1, 2]);
  });

  it("publishes, when something happens", async () => {
    const greeter = plugin("greeter", ({ channel, on, publish }) => {
      channel("arrivals", { publish: false });
      on("connection", ({ path }) => publish("arrivals", path));
    });
    const run = await serve(defineApp({ plugins: [greeter] }));
    const watcher = await run.connect();
    await watcher.ask([8, 1, "arrivals"]);
    await run.connect({ path: "/newcomer" });
    expect(await watcher.next()).toEqual([12, "arrivals", "/newcomer"]);
  });

  it("logs under its name", async () => {
    const run = await serve(defineApp({ plugins: [plugin("chatty", ({ log }) => log.warn("set up"))] }));
    expect(run.records).toContainEqual({ level: "warn", message: "set up", fields: { plugin: "chatty" } });
  });

  it("is undone when the server closes, the last one first", async () => {
    const undone: string[] = [];
    const app = defineApp({
      plugins: ["first", "second"].map((name) => plugin(name, () => () => void undone.push(name))),
    });
    const run = await serve(app);
    expect(undone).toEqual([]);
    await run.server.close();
    expect(undone).toEqual(["second", "first"]);
  });
});

describe("a plugin that cannot be set up", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("no licence");
      },
      /"culprit".*no licence/,
    ],
    ["takes a procedure's name", ({ procedure }: PluginApi) => procedure("taken", () => 1), /"culprit".*"taken"/],
    ["takes a built-in name", ({ procedure }: PluginApi) => procedure("$ping", () => 1), /"culprit".*"\$ping"/],
    ["takes a channel's name", ({ channel }: PluginApi) => channel("chat:*", {}), /"culprit".*"chat:\*"/],
    [
      "throws text",
      () => {
        throw "no licence";
      },
      /"culprit".*no licence/,
    ],
  ])("is named, and ends the start: it %s", async (_, setup, text) => {
    const app = defineApp({
      procedures: { taken: () => 1 },
      channels: { "chat:*": {} },
      plugins: [plugin("innocent", () => undefined), plugin("culprit", setup)],
    });
    await expect(serve(app)).rejects.toThrow(text);
  });

  it("does not keep those before it from being undone", async () => {
    const undone: string[] = [];
    const app = defineApp({
      plugins: [
        plugin("innocent", () => () => void undone.push("innocent")),
        plugin("culprit", () => {
          throw new Error("no licence");
        }),
      ],
    });
    await expect(serve(app)).rejects.toThrow("culprit");
    await until(() => undone.length > 0);
    expect(undone).toEqual(["innocent"]);
  });
});
