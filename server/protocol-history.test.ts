import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { publish, subscribe } from "./test/history.ts";
import { FORMATS, type RawClient } from "./test/raw-client.ts";
import { serve, startTestServer, type TestServer } from "./test/test-server.ts";

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({
    channels: {
      "kept:*": { history: { size: 10, ttlMs: 60_000 } },
      "large:*": { history: { size: 1_000, ttlMs: 60_000 } },
      "short:*": { history: { size: 10, ttlMs: 50 } },
      "state:*": { history: { ttlMs: 60_000, mode: "latest" } },
      "closed:*": { history: true, subscribe: false },
      "*": {},
    },
  });
  run = await startTestServer(app);
});

afterAll(() => run.stop());

let lastName = 0;

/** A channel that no other test uses. */
function fresh(kind: string): string {
  return `${kind}:${++lastName}`;
}

describe.each(FORMATS)("a channel with history, over %s,", (format) => {
  it("tells its subscribers where it stands, and every publication where it is", async () => {
    const client = await run.connect({ format });
    const channel = fresh("kept");
    expect(await subscribe(client, channel)).toEqual({ epoch: expect.any(String), offset: 0 });
    expect(await publish(run, channel, "a", "b")).toEqual([
      [5, 3, { offset: 1 }],
      [5, 3, { offset: 2 }],
    ]);
    expect(await client.take(2)).toEqual([
      [12, channel, "a", { offset: 1 }],
      [12, channel, "b", { offset: 2 }],
    ]);
    expect(await subscribe(await run.connect({ format }), channel)).toMatchObject({ offset: 2 });
  });

  it("gives back what was missed, in order and ahead of what is live", async () => {
    const client = await run.connect({ format });
    const channel = fresh("kept");
    const { epoch } = await subscribe(client, channel);
    client.destroy();
    await publish(run, channel, 1, 2, 3, 4);
    const back = await run.connect({ format });
    expect(await subscribe(back, channel, { epoch, offset: 1 })).toEqual({ epoch, offset: 4, recovered: true });
    await publish(run, channel, 5);
    expect(await back.take(4)).toEqual([2, 3, 4, 5].map((data) => [12, channel, data, { offset: data }]));
    expect(await back.settled()).toEqual([]);
  });

  it("has nothing to give to who knows all", async () => {
    const channel = fresh("kept");
    const client = await run.connect({ format });
    const { epoch } = await subscribe(client, channel);
    await publish(run, channel, 1);
    const back = await run.connect({ format });
    expect(await subscribe(back, channel, { epoch, offset: 1 })).toEqual({ epoch, offset: 1, recovered: true });
    expect(await back.settled()).toEqual([]);
  });

  it.each([
    ["too much was missed", (epoch: string) => ({ epoch, offset: 4 })],
    ["the place is from another history", (_: string) => ({ epoch: "another", offset: 14 })],
    ["the place is in the future", (epoch: string) => ({ epoch, offset: 16 })],
  ])("says so where %s, and gives no part of it", async (_, since) => {
    const channel = fresh("kept");
    const client = await run.connect({ format });
    const { epoch } = await subscribe(client, channel);
    client.destroy();
    await publish(run, channel, ...Array.from({ length: 15 }, (_, index) => index + 1));
    const back = await run.connect({ format });
    expect(await subscribe(back, channel, since(epoch))).toEqual({ epoch, offset: 15, recovered: false });
    await publish(run, channel, "live");
    expect(await back.next()).toEqual([12, channel, "live", { offset: 16 }]);
    expect(await back.settled()).toEqual([]);
  });

  it("says so where what was missed is too old", async () => {
    const channel = fresh("short");
    const { epoch } = await subscribe(await run.connect({ format }), channel);
    await publish(run, channel, 1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    const back = await run.connect({ format });
    expect(await subscribe(back, channel, { epoch, offset: 0 })).toEqual({ epoch, offset: 1, recovered: false });
    const known = await run.connect({ format });
    expect(await subscribe(known, channel, { epoch, offset: 1 })).toEqual({ epoch, offset: 1, recovered: true });
  });

  it("gives back more than one page holds, each publication once and in order, while others are made", async () => {
    const channel = fresh("large");
    const { epoch } = await subscribe(await run.connect({ format }), channel);
    const text = "x".repeat(10_000);
    const publisher = await run.connect({ format: "msgpack" });
    for (let number = 1; number <= 300; number++) publisher.send([11, null, channel, [number, text]]);
    await publisher.settled();
    const back = await run.connect({ format });
    const told = await subscribe(back, channel, { epoch, offset: 0 });
    expect(told).toMatchObject({ epoch, recovered: true });
    for (let number = 301; number <= 400; number++) publisher.send([11, null, channel, [number, text]]);
    const events = (await back.take(400)) as [number, string, [number], { offset: number }][];
    const expected = Array.from({ length: 400 }, (_, index) => index + 1);
    expect(events.map(([, , [number]]) => number)).toEqual(expected);
    expect(events.map(([, , , { offset }]) => offset)).toEqual(expected);
    expect(await back.settled()).toEqual([]);
  });

  it("tells of offsets through a pattern, and recovers nothing through it", async () => {
    const channel = fresh("kept");
    const client = await run.connect({ format });
    expect(await subscribe(client, "kept:*", { epoch: "any", offset: 1 })).toEqual({ recovered: false });
    await publish(run, channel, "x");
    expect(await client.next()).toEqual([12, channel, "x", { offset: 1, pattern: "kept:*" }]);
  });

  it("of which only the newest counts gives just that, to everybody who does not know it", async () => {
    const channel = fresh("state");
    const first = await run.connect({ format });
    const { epoch } = await subscribe(first, channel);
    await publish(run, channel, "a", "b", "c");
    const event = [12, channel, "c", { offset: 3 }];
    const [anew, behind, abreast] = await Promise.all([1, 2, 3].map(() => run.connect({ format })));
    expect(await subscribe(anew as RawClient, channel)).toEqual({ epoch, offset: 3, recovered: true, latest: true });
    expect(await (anew as RawClient).settled()).toEqual([event]);
    await subscribe(behind as RawClient, channel, { epoch: "another", offset: 9 });
    expect(await (behind as RawClient).settled()).toEqual([event]);
    const told = await subscribe(abreast as RawClient, channel, { epoch, offset: 3 });
    expect(told).toEqual({ epoch, offset: 3, recovered: true, latest: true });
    expect(await (abreast as RawClient).settled()).toEqual([]);
  });

  it("gives back after a resumed session what followed the places that HELLO says, behind WELCOME", async () => {
    const [channel, lost, plain] = [fresh("kept"), fresh("kept"), fresh("plain")];
    const client = await run.connect({ format });
    const [, { session, secret }] = (await client.ask([0, {}])) as [number, { session: string; secret: string }];
    const { epoch } = await subscribe(client, channel);
    await subscribe(client, lost);
    client.destroy();
    await publish(run, channel, 1, 2);
    const places = { [channel]: { epoch, offset: 0 }, [lost]: { epoch: "old", offset: 3 }, [plain]: null };
    const back = await run.connect({ format });
    const welcome = await back.ask([0, { resume: { session, secret, channels: places } }]);
    expect(welcome).toMatchObject([1, { resumed: true }]);
    expect((welcome as [number, { channels: unknown }])[1].channels).toEqual({
      [channel]: { epoch, offset: 2, recovered: true },
      [lost]: { epoch, offset: 0, recovered: false },
    });
    await publish(run, channel, 3);
    await publish(run, lost, "live");
    const events = await back.take(4);
    expect(events.filter((event) => (event as unknown[])[1] === channel)).toEqual(
      [1, 2, 3].map((data) => [12, channel, data, { offset: data }]),
    );
    expect(events).toContainEqual([12, lost, "live", { offset: 1 }]);
  });

  it("of which only the newest counts gives that to a resumed session as well, behind WELCOME", async () => {
    const channel = fresh("state");
    const client = await run.connect({ format });
    const [, { session, secret }] = (await client.ask([0, {}])) as [number, { session: string; secret: string }];
    await publish(run, channel, "a", "b");
    const back = await run.connect({ format });
    expect(await back.ask([0, { resume: { session, secret, channels: { [channel]: null } } }])).toMatchObject({ 0: 1 });
    expect(await back.next()).toEqual([12, channel, "b", { offset: 2 }]);
  });

  it("is read backwards by $history, page by page", async () => {
    const channel = fresh("kept");
    await publish(run, channel, "a", "b", "c", "d", "e");
    const client = await run.connect({ format });
    const ask = async (input: unknown) => ((await client.ask([2, 1, "$history", input])) as unknown[])[2];
    const all = ["a", "b", "c", "d", "e"].map((data, index) => ({ offset: index + 1, data }));
    expect(await ask(channel)).toEqual(all);
    expect(await ask({ channel, limit: 2 })).toEqual(all.slice(3));
    expect(await ask([channel, { limit: 2, before: 4 }])).toEqual(all.slice(1, 3));
    expect(await ask({ channel, limit: 9, before: 2 })).toEqual(all.slice(0, 1));
    expect(await ask({ channel, before: 1 })).toEqual([]);
    expect(await ask({ channel, before: 1_000, limit: 1 })).toEqual(all.slice(4));
    expect(await ask({ channel: fresh("kept") })).toEqual([]);
  });

  it.each([
    ["has none", () => fresh("plain"), "NOT_FOUND"],
    ["is closed", () => fresh("closed"), "FORBIDDEN"],
    ["is a pattern", () => "kept:*", "BAD_REQUEST"],
    ["is nothing", () => ({ limit: 1 }), "BAD_REQUEST"],
    ["is asked for too much", () => ["kept:a", { limit: 1_001 }], "BAD_REQUEST"],
    ["is asked for nonsense", () => ["kept:a", { before: -1 }], "BAD_REQUEST"],
  ])("has no $history to tell where it %s", async (_, input, code) => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "$history", input()])).toMatchObject({ 0: 4, 1: 1, 2: code });
  });
});

it("counts who could go on behind the last publication and who could not", async () => {
  const counted = await serve(defineApp({ channels: { kept: { history: true }, "*": {} } }));
  const client = await counted.connect();
  const { epoch } = await subscribe(client, "kept");
  await subscribe(client, "kept", { epoch, offset: 0 });
  await subscribe(client, "kept", { epoch: "another", offset: 0 });
  await subscribe(client, "plain", { epoch, offset: 0 });
  expect(await counted.counters()).toMatchObject({ recovered: 1, unrecovered: 2 });
});

it("what all histories take is bounded, and who missed what was given up for that is told", async () => {
  const app = defineApp({ channels: { "*": { history: { size: 1_000, ttlMs: 60_000 } } } });
  const small = await serve(app, { historyBudget: 100_000 });
  const client = await small.connect();
  const { epoch } = await subscribe(client, "old");
  expect(await client.ask([10, 2, "old"])).toEqual([5, 2]);
  expect(await client.ask([11, 3, "old", "x".repeat(3_000)])).toEqual([5, 3, { offset: 1 }]);
  for (let index = 0; index < 100; index++) client.send([11, null, `new ${index}`, "x".repeat(2_000)]);
  await client.settled();
  const told = await subscribe(client, "old", { epoch, offset: 0 });
  expect(told).toMatchObject({ epoch, recovered: false });
  // beyond what anybody can have of it
  expect(await client.ask([2, 4, "$history", "old"])).toEqual([3, 4, []]);
  expect(told.offset).toBeGreaterThanOrEqual(1);
});
