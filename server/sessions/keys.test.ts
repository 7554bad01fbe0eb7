import { describe, expect, it } from "vitest";
import { AppError, type CallContext, defineApp } from "../index.ts";
import { FORMATS, type RawClient } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

/** An application that counts what runs, and that lets go of its slow calls when it is told to. */
function counting() {
  const ran: string[] = [];
  const aborted: unknown[] = [];
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const count = (name: string) => ran.push(name);
  const app = defineApp({
    procedures: {
      count: (input: unknown) => [count("count"), input],
      async slow(_: unknown, { signal }: CallContext) {
        count("slow");
        signal.addEventListener("abort", () => aborted.push(signal.reason));
        await gate;
        return ran.length;
      },
      nothing: () => void count("nothing"),
      rich: () => [count("rich"), new Uint8Array([1, 2]), new Date(0), 2n ** 60n, Number.NaN, undefined, "ü\u0000"],
      refuse: () => {
        throw new AppError("TEAPOT", "short and stout", { handle: count("refuse") });
      },
      fail: () => {
        throw new Error(`secret ${count("fail")}`);
      },
      unsendable: () => [count("unsendable"), () => 1],
      busy: () => {
        if (count("busy") < 3) throw new AppError("OVERLOADED", undefined, { retryAfterMs: 5 });
        return "at last";
      },
      limited: () => {
        if (count("limited") < 2) throw new AppError("RATE_LIMITED");
        return "at last";
      },
      items: async function* () {
        yield count("items");
        await gate;
      },
      any: { handler: () => count("any"), idempotent: true },
    },
  });
  return { app, ran, aborted, open: () => open() };
}

const withKey = (id: number, procedure: string, key = "k", data: unknown = null) => [2, id, procedure, data, { key }];

/** The answer to a call with a key. */
function call(client: RawClient, procedure: string, key = "k", data: unknown = null): Promise<unknown> {
  return client.ask([2, 7, procedure, data, { key }]);
}

describe.each(FORMATS)("a key over %s", (format) => {
  it.each(["count", "nothing", "rich", "refuse", "fail", "unsendable"])(
    "lets %s run once, whatever comes of it, and gives the same answer from then on, to other connections too",
    async (procedure) => {
      const { app, ran } = counting();
      const { connect } = await serve(app);
      const first = await connect({ format });
      const known = await hello(first);
      const plain = (await first.ask([2, 7, procedure, null])) as unknown[];
      const answer = await call(first, procedure);
      expect(ran).toHaveLength(2);
      // the same as without a key, but for the count
      expect(JSON.stringify(answer, bigint)).toBe(
        JSON.stringify(plain, bigint).replace(/\b1\b/, procedure === "fail" ? "1" : "2"),
      );
      expect(await call(first, procedure)).toEqual(answer);
      first.destroy();
      const second = await connect({ format });
      await resume(second, known);
      expect(await call(second, procedure)).toEqual(answer);
      expect(ran).toHaveLength(2);
      expect(await call(second, procedure, "another")).toBeDefined();
      expect(ran).toHaveLength(3);
    },
  );

  it("has a retry wait for the call that still runs, on the same connection and on another", async () => {
    const { app, ran, open } = counting();
    const { connect } = await serve(app);
    const first = await connect({ format });
    const known = await hello(first);
    first.send([withKey(1, "slow"), withKey(2, "slow"), withKey(3, "slow")]);
    expect(await first.settled()).toEqual([]);
    const second = await connect({ format });
    await resume(second, known);
    second.send(withKey(4, "slow"));
    await first.closed;
    open();
    expect(await second.next()).toEqual([3, 4, 1]);
    expect(ran).toEqual(["slow"]);
  });

  it("is free again after a refusal", async () => {
    const { app, ran } = counting();
    const { connect } = await serve(app);
    const client = await connect({ format });
    await hello(client);
    const refusal = [4, 7, "OVERLOADED", expect.any(String), { retryAfterMs: 5 }];
    expect(await call(client, "busy")).toEqual(refusal);
    expect(await call(client, "busy")).toEqual(refusal);
    for (let count = 0; count < 3; count++) expect(await call(client, "busy")).toEqual([3, 7, "at last"]);
    expect(await call(client, "limited", "l")).toMatchObject({ 2: "at last" });
    expect(ran).toEqual(["busy", "busy", "busy", "limited"]);
  });

  it("is nothing to procedures that may run as often as they are asked", async () => {
    const { app } = counting();
    const client = await (await serve(app)).connect({ format });
    await hello(client);
    expect(await call(client, "any")).toEqual([3, 7, 1]);
    expect(await call(client, "any")).toEqual([3, 7, 2]);
  });

  it("has a stream run once, which is not kept", async () => {
    const { app, ran, open } = counting();
    const client = await (await serve(app)).connect({ format });
    await hello(client);
    expect(await call(client, "items")).toEqual([6, 7, 1]);
    client.send(withKey(8, "items"));
    open();
    expect((await client.take(2)).sort()).toEqual([
      [3, 7],
      [4, 8, "CONFLICT", expect.any(String)],
    ]);
    expect(await call(client, "items")).toMatchObject({ 2: "CONFLICT" });
    expect(ran).toEqual(["items"]);
  });
});

const bigint = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);

describe("a call with a key", () => {
  it("goes on when its connection is lost, and its answer waits", async () => {
    const { app, ran, aborted, open } = counting();
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first);
    first.send(withKey(1, "slow"));
    await until(() => ran.length === 1);
    await first.close();
    open();
    const second = await connect();
    await resume(second, known);
    expect(await call(second, "slow")).toEqual([3, 7, 1]);
    expect([ran, aborted]).toEqual([["slow"], []]);
  });

  it("that is cancelled, or out of time, is over with that: a retry hears the same", async () => {
    const { app, ran, aborted } = counting();
    const client = await (await serve(app)).connect();
    await hello(client);
    client.send([withKey(1, "slow", "a"), [2, 2, "slow", null, { key: "b", timeoutMs: 300 }]]);
    await until(() => ran.length === 2);
    client.send([7, 1]);
    expect(await client.take(2)).toMatchObject([
      { 1: 1, 2: "CANCELLED" },
      { 1: 2, 2: "TIMEOUT" },
    ]);
    expect(await call(client, "slow", "a")).toMatchObject({ 2: "CANCELLED" });
    expect(await call(client, "slow", "b")).toMatchObject({ 2: "TIMEOUT" });
    expect([ran.length, aborted.length]).toEqual([2, 2]);
  });

  it("that only waits for another one leaves that alone when it is cancelled, or gone", async () => {
    const { app, ran, aborted, open } = counting();
    const { connect } = await serve(app);
    const client = await connect();
    const known = await hello(client);
    client.send([withKey(1, "slow"), withKey(2, "slow"), [7, 2]]);
    expect(await client.next()).toMatchObject({ 1: 2, 2: "CANCELLED" });
    await until(() => ran.length === 1);
    client.send(withKey(3, "slow"));
    await client.settled();
    client.destroy();
    const second = await connect();
    await resume(second, known);
    open();
    expect(await call(second, "slow")).toEqual([3, 7, 1]);
    expect([ran, aborted]).toEqual([["slow"], []]);
  });

  it("in a session of its own is another call", async () => {
    const { app } = counting();
    const { connect } = await serve(app);
    const clients = [await connect(), await connect(), await connect()];
    for (const client of clients.slice(0, 2)) await hello(client);
    for (const [index, client] of clients.entries())
      expect(await call(client, "count")).toEqual([3, 7, [index + 1, null]]);
    // without HELLO it holds for as long as the connection does
    for (const [index, client] of clients.entries())
      expect(await call(client, "count")).toEqual([3, 7, [index + 1, null]]);
  });

  it("counts by its key alone, whatever else it says", async () => {
    const { app, ran } = counting();
    const client = await (await serve(app)).connect();
    await hello(client);
    expect(await call(client, "count", "k", "first")).toEqual([3, 7, [1, "first"]]);
    expect(await call(client, "count", "k", "second")).toEqual([3, 7, [1, "first"]]);
    for (const key of ["k ", " k", "K", "__proto__", "ü", "k".repeat(255)]) await call(client, "count", key);
    expect(ran).toHaveLength(7);
  });

  it.each(["", "k".repeat(256), 5, {}])("is malformed with %j for a key", async (key) => {
    const client = await (await serve(counting().app)).connect();
    expect(await client.ask([2, 7, "count", null, { key }])).toMatchObject({ 1: 7, 2: "BAD_REQUEST" });
  });

  it("that is refused for its id, or its name, leaves the key alone", async () => {
    const { app, open } = counting();
    const client = await (await serve(app, { maxCalls: 1 })).connect();
    await hello(client);
    client.send([withKey(1, "slow", "s"), withKey(1, "count"), withKey(2, "count"), withKey(3, "unknown")]);
    expect(await client.take(3)).toMatchObject([{ 2: "BAD_REQUEST" }, { 2: "OVERLOADED" }, { 2: "NOT_FOUND" }]);
    open();
    await client.next();
    expect(await call(client, "count")).toEqual([3, 7, [2, null]]);
  });

  it("whose answer is larger than a session's share runs once, and its retry hears that it is not kept", async () => {
    const huge = "x".repeat(100_000);
    let runs = 0;
    const run = await serve(
      defineApp({
        procedures: {
          huge: () => {
            runs++;
            return huge;
          },
        },
      }),
      { answerBudget: 6_400_000 - 64 },
    );
    const client = await run.connect();
    await hello(client);
    expect(await call(client, "huge")).toEqual([3, 7, huge]);
    expect(await call(client, "huge")).toMatchObject({ 2: "CONFLICT" });
    expect(runs).toBe(1);
  });
});
