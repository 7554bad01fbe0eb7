import { describe, expect, it } from "vitest";
import { AppError, type Connection, defineApp, type Reply, type ServerEvents } from "./index.ts";
import { serve, until } from "./test/test-server.ts";

type Event = [name: string, ...what: unknown[]];

/** Listeners that note what they hear. */
function noting(events: Event[]): ServerEvents {
  const shown = ({ id, procedure, code }: Reply) => [id, procedure, code];
  return {
    connection: ({ path }) => void events.push(["connection", path]),
    terminated: ({ path }, code) => void events.push(["terminated", path, code]),
    message: ({ path }, data) => void events.push(["message", path, data]),
    reply: (reply) => void events.push(["reply", ...shown(reply)]),
    stale: (reply) => void events.push(["stale", ...shown(reply)]),
    error: (error) => void events.push(["error", (error as Error).message]),
  };
}

function gate(): { opened: Promise<unknown>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("listeners", () => {
  it("hear of connections that come and go, with the code of the close", async () => {
    const events: Event[] = [];
    const run = await serve(defineApp({ on: noting(events) }));
    const first = await run.connect({ path: "/a" });
    await first.settled();
    expect(events).toEqual([["connection", "/a"]]);
    await first.close(1000);
    await until(() => events.length === 2);
    const second = await run.connect({ path: "/b" });
    await second.settled();
    second.destroy();
    await until(() => events.length === 4);
    expect(events.slice(1)).toEqual([
      ["terminated", "/a", 1000],
      ["connection", "/b"],
      ["terminated", "/b", 1006],
    ]);
  });

  it("hear of every call that is answered, and how", async () => {
    const events: Event[] = [];
    const app = defineApp({
      on: noting(events),
      procedures: {
        sync: () => 1,
        later: async () => 2,
        refuses: () => Promise.reject(new AppError("SOLD_OUT")),
        fails: () => {
          throw new Error("broken");
        },
        never: () => new Promise(() => undefined),
        *stream() {
          yield 1;
        },
      },
    });
    const client = await (await serve(app)).connect();
    for (const [id, name] of ["sync", "later", "refuses", "fails"].entries()) await client.ask([2, id, name]);
    client.send([2, 5, "never"]);
    await client.ask([7, 5]);
    client.send([2, 6, "stream"]);
    await client.take(2);
    await client.ask([2, 7, "nope"]);
    expect(events.slice(1)).toEqual([
      ["reply", 0, "sync", undefined],
      ["reply", 1, "later", undefined],
      ["reply", 2, "refuses", "SOLD_OUT"],
      ["error", "broken"],
      ["reply", 3, "fails", "INTERNAL"],
      ["reply", 5, "never", "CANCELLED"],
      ["reply", 6, "stream", undefined],
    ]);
  });

  it("hear of answers that came too late for their connection", async () => {
    const events: Event[] = [];
    const { opened, open } = gate();
    const run = await serve(defineApp({ on: noting(events), procedures: { late: () => opened } }));
    const client = await run.connect();
    client.send([2, 1, "late"]);
    await client.settled();
    client.destroy();
    await until(() => events.some(([name]) => name === "terminated"));
    open();
    await until(() => events.some(([name]) => name === "stale"));
    expect(events.slice(2)).toEqual([
      ["reply", 1, "late", undefined],
      ["stale", 1, "late", undefined],
    ]);
  });

  it("are the application's, the server's, or both, until they are released", async () => {
    const heard: string[] = [];
    const run = await serve(defineApp({ on: { connection: () => void heard.push("application") } }));
    const release = run.server.on("connection", () => void heard.push("server"));
    await (await run.connect()).settled();
    release();
    await (await run.connect()).settled();
    expect(heard).toEqual(["application", "server", "application"]);
  });

  it.each(["connection", "terminated", "reply", "error"] as const)(
    "that throw at %s harm neither the connection nor anybody else",
    async (name) => {
      const app = defineApp({
        on: {
          [name]: () => {
            throw new Error(`the listener of ${name} is broken`);
          },
        },
        procedures: {
          sync: () => 1,
          later: async () => 2,
          fails: () => Promise.reject(new Error("broken")),
        },
      });
      const run = await serve(app);
      const client = await run.connect();
      expect(await client.ask([2, 1, "sync"])).toEqual([3, 1, 1]);
      expect(await client.ask([2, 2, "later"])).toEqual([3, 2, 2]);
      expect(await client.ask([2, 3, "fails"])).toMatchObject([4, 3, "INTERNAL", expect.any(String)]);
      expect(await client.settled()).toEqual([]);
      await client.close();
      expect(await (await run.connect()).ask([2, 4, "sync"])).toEqual([3, 4, 1]);
    },
  );
});

describe("a connection, to its application", () => {
  it("can be closed with a code and a reason", async () => {
    const app = defineApp({ on: { connection: (connection) => connection.close(4403, "you know why") } });
    const client = await (await serve(app)).connect();
    expect(await client.closed).toEqual({ code: 4403, reason: "you know why" });
  });

  it("is closed with 1000 where nothing is said, and with the protocol's text where only a code is", async () => {
    const codes = [undefined, 4429];
    const app = defineApp({ on: { connection: (connection) => connection.close(codes.shift()) } });
    const run = await serve(app);
    expect(await (await run.connect()).closed).toEqual({ code: 1000, reason: "done" });
    expect(await (await run.connect()).closed).toEqual({ code: 4429, reason: "flooding" });
  });

  it("may be closed for reasons longer than a frame, and more than once", async () => {
    const app = defineApp({
      on: {
        connection(connection) {
          connection.close(4000, "because ".repeat(100));
          connection.close(4001, "again");
        },
      },
    });
    const { code, reason } = await (await (await serve(app)).connect()).closed;
    expect(code).toBe(4000);
    expect(reason).toMatch(/^because because/);
  });

  it("may be touched when it is gone", async () => {
    const kept: Connection[] = [];
    const run = await serve(defineApp({ on: { terminated: (connection) => void kept.push(connection) } }));
    const client = await run.connect();
    await client.close();
    await until(() => kept.length === 1);
    const [gone] = kept;
    expect([gone?.open, gone?.unsent, gone?.path]).toEqual([false, 0, "/"]);
    gone?.close(4000);
    expect(await (await run.connect()).ask([14, 1])).toEqual([15, 1]);
  });
});

describe("a call's context", () => {
  it("names its caller, its procedure and its id, and publishes", async () => {
    const app = defineApp({
      procedures: {
        tell(channel: string, context) {
          context.publish(channel, { from: context.connection.path, by: context.procedure.name, id: context.id });
          context.log.info({ channel }, "told");
        },
      },
      channels: { "news:*": { publish: false } },
    });
    const run = await serve(app);
    const client = await run.connect({ path: "/caller" });
    await client.ask([8, 1, "news:a"]);
    client.send([2, 2, "tell", "news:a"]);
    const messages = await client.take(2);
    expect(messages).toContainEqual([3, 2]);
    expect(messages).toContainEqual([12, "news:a", { from: "/caller", by: "tell", id: 2 }]);
    expect(run.records.find(({ message }) => message === "told")?.fields).toMatchObject({
      channel: "news:a",
      procedure: "tell",
      connection: expect.any(String),
    });
    expect(await client.ask([2, 3, "tell", "nowhere"])).toMatchObject([4, 3, "NOT_FOUND", expect.any(String)]);
    expect(await client.ask([2, 4, "tell", "news:*"])).toMatchObject([4, 4, "INTERNAL", expect.any(String)]);
  });

  it("has a signal that is aborted already where one looks at it late", async () => {
    const { opened, open } = gate();
    const states: boolean[] = [];
    const app = defineApp({
      procedures: {
        looksLate: async (_: unknown, context) => {
          await opened;
          states.push(context.signal.aborted);
        },
      },
    });
    const client = await (await serve(app)).connect();
    client.send([2, 1, "looksLate"]);
    await client.ask([7, 1]);
    open();
    await until(() => states.length === 1);
    expect(states).toEqual([true]);
  });
});

it("names of procedures that are the server's own, or empty, are refused at the start", async () => {
  await expect(serve(defineApp({ procedures: { $mine: () => 1 } }))).rejects.toThrow('"$mine"');
  await expect(serve(defineApp({ procedures: { "": () => 1 } }))).rejects.toThrow('""');
});
