import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { subscribe } from "./test/history.ts";
import { FORMATS } from "./test/raw-client.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

let run: TestServer;

beforeAll(async () => {
  run = await startTestServer(defineApp({ channels: { "kept:*": { history: true }, "*": {} } }));
});

afterAll(() => run.stop());

let lastName = 0;

/** A channel that no other test uses. */
function fresh(kind: string): string {
  return `${kind}:${++lastName}`;
}

describe.each(FORMATS)("a publication with a key, over %s,", (format) => {
  it("is made once, and acknowledged each time as the first", async () => {
    const channel = fresh("kept");
    const reader = await run.connect({ format });
    await subscribe(reader, channel);
    const client = await run.connect({ format });
    expect(await client.ask([11, 1, channel, "x", { key: "k" }])).toEqual([5, 1, { offset: 1 }]);
    expect(await client.ask([11, 2, channel, "y", { key: "other" }])).toEqual([5, 2, { offset: 2 }]);
    expect(await client.ask([11, 3, channel, "x", { key: "k" }])).toEqual([5, 3, { offset: 1 }]);
    expect(await reader.settled()).toEqual([
      [12, channel, "x", { offset: 1 }],
      [12, channel, "y", { offset: 2 }],
    ]);
  });

  it("is made once also in a channel without history, and on the session's next connection", async () => {
    const channel = fresh("plain");
    const reader = await run.connect({ format });
    await reader.ask([8, 1, channel]);
    const client = await run.connect({ format });
    const [, { session, secret }] = (await client.ask([0, {}])) as [number, { session: string; secret: string }];
    expect(await client.ask([11, 1, channel, "x", { key: "k" }])).toEqual([5, 1]);
    client.destroy();
    const back = await run.connect({ format });
    await back.ask([0, { resume: { session, secret } }]);
    expect(await back.ask([11, 1, channel, "x", { key: "k" }])).toEqual([5, 1]);
    expect(await reader.settled()).toEqual([[12, channel, "x"]]);
  });

  it("has the key for itself: another session's, and a call's, are others", async () => {
    const channel = fresh("kept");
    for (const client of [await run.connect({ format }), await run.connect({ format })]) {
      expect(await client.ask([2, 1, "$history", channel, { key: "k" }])).toMatchObject({ 0: 3 });
      expect(await client.ask([11, 1, channel, "x", { key: "k" }])).toMatchObject({ 0: 5 });
    }
    expect(await subscribe(await run.connect({ format }), channel)).toMatchObject({ offset: 2 });
  });

  it.each([{ key: "" }, { key: 5 }, { key: "x".repeat(256) }, "key"])(
    "is refused where that is %j",
    async (options) => {
      const client = await run.connect({ format });
      expect(await client.ask([11, 1, "kept:a", "x", options])).toMatchObject({ 0: 4, 2: "BAD_REQUEST" });
    },
  );
});
