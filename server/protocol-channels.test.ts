import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineApp } from "./app.ts";
import { FORMATS, type RawClient } from "./test/raw-client.ts";
import { serve, startTestServer, type TestServer, until } from "./test/test-server.ts";

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({
    channels: {
      "chat:*": {},
      "board:*": { publish: false },
      "checked:*": { data: z.object({ text: z.string().trim().min(1) }) },
      "checked:slowly": { data: z.string().refine(async (text) => text !== "no", "Not that.") },
      exact: {},
    },
  });
  run = await startTestServer(app);
});

afterAll(() => run.stop());

async function subscribed(format: RawClient["format"], ...channels: string[]): Promise<RawClient> {
  const client = await run.connect({ format });
  for (const channel of channels) expect(await client.ask([8, 1, channel])).toEqual([9, 1, {}]);
  return client;
}

describe.each(FORMATS)("publications over %s", (format) => {
  it("reach all subscribers, the publisher included, and nobody else", async () => {
    const [first, second] = [await subscribed(format, "chat:a"), await subscribed(format, "chat:a")];
    const elsewhere = await subscribed(format, "chat:b");
    first.send([11, 5, "chat:a", { text: "hi" }]);
    const own = await first.take(2);
    expect(own).toContainEqual([12, "chat:a", { text: "hi" }]);
    expect(own).toContainEqual([5, 5]);
    expect(await second.next()).toEqual([12, "chat:a", { text: "hi" }]);
    expect(await elsewhere.settled()).toEqual([]);
  });

  it("arrive in the order in which they were published", async () => {
    const client = await subscribed(format, "chat:order");
    for (let number = 0; number < 300; number++) client.send([11, null, "chat:order", number]);
    expect(await client.take(300)).toEqual(Array.from({ length: 300 }, (_, number) => [12, "chat:order", number]));
  });

  it("are not acknowledged where the id is null, not even when they fail", async () => {
    const client = await subscribed(format, "chat:quiet");
    client.send([
      [11, null, "chat:quiet", 1],
      [11, null, "nowhere", 2],
      [11, null, "chat:*", 3],
      [11, null, "board:x", 4],
    ]);
    expect(await client.next()).toEqual([12, "chat:quiet", 1]);
    expect(await client.settled()).toEqual([]);
  });

  it("come with the real channel and the pattern that was subscribed to", async () => {
    const client = await subscribed(format, "chat:*");
    client.send([11, null, "chat:lobby", "hi"]);
    expect(await client.next()).toEqual([12, "chat:lobby", "hi", { pattern: "chat:*" }]);
  });

  it("come once for every subscription that fits", async () => {
    const client = await subscribed(format, "chat:room:1", "chat:*", "chat:room:*", "chat:room:1*");
    client.send([11, 9, "chat:room:1", "x"]);
    const messages = await client.take(5);
    for (const pattern of ["chat:*", "chat:room:*", "chat:room:1*"]) {
      expect(messages).toContainEqual([12, "chat:room:1", "x", { pattern }]);
    }
    expect(messages).toContainEqual([12, "chat:room:1", "x"]);
    expect(await client.settled()).toEqual([]);
  });

  it("come once, however often one subscribed", async () => {
    const client = await subscribed(format, "chat:twice", "chat:twice");
    client.send([11, null, "chat:twice", 1]);
    expect(await client.next()).toEqual([12, "chat:twice", 1]);
    expect(await client.settled()).toEqual([]);
  });

  it("do not come any more after UNSUBSCRIBE, and come again after another SUBSCRIBE", async () => {
    const client = await subscribed(format, "chat:on-off");
    expect(await client.ask([10, 2, "chat:on-off"])).toEqual([5, 2]);
    expect(await client.ask([11, 3, "chat:on-off", 1])).toEqual([5, 3]);
    expect(await client.settled()).toEqual([]);
    await client.ask([8, 4, "chat:on-off"]);
    client.send([11, null, "chat:on-off", 2]);
    expect(await client.next()).toEqual([12, "chat:on-off", 2]);
  });

  it("do not come to a pattern any more, and still to the name, once the pattern is unsubscribed", async () => {
    const client = await subscribed(format, "chat:both", "chat:b*");
    await client.ask([10, 2, "chat:b*"]);
    client.send([11, null, "chat:both", 1]);
    expect(await client.next()).toEqual([12, "chat:both", 1]);
    expect(await client.settled()).toEqual([]);
  });

  it("follow SUBSCRIBED where everything is sent at once", async () => {
    const client = await run.connect({ format });
    client.send([
      [8, 1, "chat:at-once"],
      [11, null, "chat:at-once", 1],
      [11, null, "chat:at-once", 2],
    ]);
    expect(await client.take(3)).toEqual([
      [9, 1, {}],
      [12, "chat:at-once", 1],
      [12, "chat:at-once", 2],
    ]);
  });

  it("are checked by the channel's schema, and arrive as that leaves them", async () => {
    const client = await subscribed(format, "checked:a");
    expect(await client.ask([11, 2, "checked:a", { text: "  " }])).toEqual([
      4,
      2,
      "BAD_REQUEST",
      expect.stringContaining("text"),
      { issues: [{ message: expect.any(String), path: ["text"] }] },
    ]);
    client.send([11, null, "checked:a", { text: " trimmed ", more: 1 }]);
    expect(await client.next()).toEqual([12, "checked:a", { text: "trimmed" }]);
  });

  it("are checked by a schema that takes its time", async () => {
    const client = await subscribed(format, "checked:slowly");
    expect(await client.ask([11, 2, "checked:slowly", "no"])).toMatchObject([
      4,
      2,
      "BAD_REQUEST",
      expect.stringContaining("Not that."),
      expect.anything(),
    ]);
    client.send([11, 3, "checked:slowly", "yes"]);
    expect(await client.take(2)).toContainEqual([12, "checked:slowly", "yes"]);
  });
});

describe("channels", () => {
  it.each([
    [[8, 1, "nowhere"], "NOT_FOUND"],
    [[8, 1, "exactly"], "NOT_FOUND"],
    [[8, 1, "ex*"], "NOT_FOUND"],
    [[8, 1, "*"], "NOT_FOUND"],
    [[8, 1, "__proto__"], "NOT_FOUND"],
    [[8, 1, "chat:silent"], "FORBIDDEN"],
    [[8, 1, "chat:*"], "FORBIDDEN"],
    [[8, 1, "chat:s*"], "FORBIDDEN"],
    [[11, 1, "nowhere", 1], "NOT_FOUND"],
    [[11, 1, "board:x", 1], "FORBIDDEN"],
    [[11, 1, "chat:*", 1], "BAD_REQUEST"],
    [[11, 1, "*", 1], "BAD_REQUEST"],
  ] as const)("%j is refused with %s", async (message, code) => {
    const strict = await serve(
      defineApp({
        channels: { "chat:*": {}, "chat:silent": { subscribe: false }, "board:*": { publish: false }, exact: {} },
      }),
    );
    const client = await strict.connect();
    expect(await client.ask(message)).toEqual([4, 1, code, expect.any(String)]);
    expect(await client.settled()).toEqual([]);
  });

  it("that only the server may publish to can be read", async () => {
    const client = await subscribed("json", "board:news");
    run.server.publish("board:news", "from the server");
    expect(await client.next()).toEqual([12, "board:news", "from the server"]);
  });

  it("are limited per connection; those one has may be subscribed to again", async () => {
    const small = await serve(defineApp({ channels: { "*": {} } }), { maxChannels: 2 });
    const client = await small.connect();
    await client.ask([8, 1, "a"]);
    await client.ask([8, 2, "b"]);
    expect(await client.ask([8, 3, "c"])).toEqual([4, 3, "FORBIDDEN", expect.stringContaining("2 channels")]);
    expect(await client.ask([8, 4, "a"])).toEqual([9, 4, {}]);
    await client.ask([10, 5, "b"]);
    expect(await client.ask([8, 6, "c"])).toEqual([9, 6, {}]);
  });

  it("are given back when their last subscriber hangs up", async () => {
    const own = await serve(defineApp({ channels: { "*": {} } }));
    const observer = await own.connect();
    const channels = async () => ((await observer.ask([2, 1, "$health"])) as [2, 1, { channels: number }])[2].channels;
    const [polite, rude] = [await own.connect(), await own.connect()];
    for (const client of [polite, rude]) {
      for (const name of ["a", "b", "c:*"]) await client.ask([8, 1, name]);
    }
    expect(await channels()).toBe(3);
    await polite.close();
    expect(await channels()).toBe(3);
    rude.destroy();
    await until(async () => (await channels()) === 0);
  });
});
