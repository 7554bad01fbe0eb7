import { describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { hello } from "../sessions/test/resume.ts";
import { eventually } from "../test/patience.ts";
import { serve } from "../test/test-server.ts";
import { codes } from "./test/codes.ts";

/** A rate that nothing comes back of while a test runs: what may come at once is all there is. */
const MINUTES = 600_000;
const LOGIN = { limit: 3, perMs: MINUTES };

const app = defineApp({
  procedures: {
    echo: (data: unknown) => data,
    login: (user: string, { session }) => session.setUser(user),
    guarded: { rateLimit: LOGIN, handler: () => "in" },
    guardedByUser: { rateLimit: { ...LOGIN, by: "user" }, handler: () => "in" },
    guardedByIp: { rateLimit: { ...LOGIN, by: "ip" }, handler: () => "in" },
    brief: { rateLimit: { limit: 1, perMs: 50 }, handler: () => "in" },
    briefByIp: { rateLimit: { limit: 1, perMs: 50, by: "ip" }, handler: () => "in" },
  },
  channels: {
    "*": {},
    "slow:*": { rateLimit: LOGIN },
    "mine:*": { rateLimit: { ...LOGIN, by: "user" } },
  },
});

const refusal = (id: number) => [4, id, "RATE_LIMITED", expect.any(String), { retryAfterMs: expect.any(Number) }];

describe("a user", () => {
  it("has one rate on all connections, and no other user's", async () => {
    const { connect } = await serve(app, { userRate: 1, rateBurstMs: 3_000 });
    const [first, second, other] = [await connect(), await connect(), await connect()];
    // who logs in is nobody yet
    for (const client of [first, second]) await client.ask([2, 0, "login", "ann"]);
    await other.ask([2, 0, "login", "bob"]);
    expect(await first.ask([2, 1, "echo", 1])).toEqual([3, 1, 1]);
    expect(await second.ask([2, 2, "echo", 2])).toEqual([3, 2, 2]);
    expect(await first.ask([2, 3, "echo", 3])).toEqual([3, 3, 3]);
    expect(await second.ask([2, 4, "echo", 4])).toEqual(refusal(4));
    expect(await other.ask([2, 5, "echo", 5])).toEqual([3, 5, 5]);
  });

  it("is not new by coming back", async () => {
    const { connect } = await serve(app, { userRate: 1, rateBurstMs: 100_000 });
    const first = await connect();
    const known = await hello(first);
    await first.ask([2, 0, "login", "ann"]);
    for (let id = 0; id < 100; id++) await first.ask([2, id, "echo", id]);
    first.destroy();
    const second = await connect();
    await hello(second, { resume: known });
    expect(await second.ask([2, 1, "echo", 1])).toEqual(refusal(1));
  });
});

describe("a procedure's own rate", () => {
  it("holds for one connection by default", async () => {
    const { connect, counters } = await serve(app);
    const [first, second] = [await connect(), await connect()];
    first.send([1, 2, 3, 4].map((id) => [2, id, "guarded"]));
    expect(codes(await first.take(4))).toEqual(["done", "done", "done", "RATE_LIMITED"]);
    expect(await second.ask([2, 1, "guarded"])).toEqual([3, 1, "in"]);
    expect(await counters()).toMatchObject({ rateLimited: 1 });
  });

  it("holds for an IP address, however many connections come from there, loopback included", async () => {
    const { connect, counters } = await serve(app);
    const answers: unknown[] = [];
    for (let count = 0; count < 5; count++) answers.push(await (await connect()).ask([2, 1, "guardedByIp"]));
    expect(codes(answers)).toEqual(["done", "done", "done", "RATE_LIMITED", "RATE_LIMITED"]);
    expect(answers[4]).toEqual(refusal(1));
    expect(await counters()).toMatchObject({ rateLimited: 2 });
  });

  it("holds for a user, and for the address of who is nobody", async () => {
    const { connect } = await serve(app);
    const [ann, bob, nobody] = [await connect(), await connect(), await connect()];
    await ann.ask([2, 0, "login", "ann"]);
    await bob.ask([2, 0, "login", "bob"]);
    for (const client of [ann, bob, nobody]) {
      client.send([1, 2, 3, 4].map((id) => [2, id, "guardedByUser"]));
      expect(codes(await client.take(4)).sort()).toEqual(["RATE_LIMITED", "done", "done", "done"]);
    }
    expect(await (await connect()).ask([2, 1, "guardedByUser"])).toEqual(refusal(1));
    // a name cannot be chosen so that it is somebody else's
    await nobody.ask([2, 0, "login", "i127.0.0.1"]);
    expect(await nobody.ask([2, 1, "guardedByUser"])).toEqual([3, 1, "in"]);
  });

  it("holds though all limits of the server are off", async () => {
    const { connect } = await serve(app, { rateLimits: "off" });
    for (const name of ["guarded", "guardedByIp"]) {
      const client = await connect();
      client.send([1, 2, 3, 4].map((id) => [2, id, name]));
      expect(codes(await client.take(4))).toEqual(["done", "done", "done", "RATE_LIMITED"]);
    }
  });

  it.each(["brief", "briefByIp"])("lets a call with a key that was refused run later: %s", async (name) => {
    const { connect } = await serve(app);
    const client = await connect();
    await hello(client);
    expect(await client.ask([2, 1, name, null, { key: "a" }])).toEqual([3, 1, "in"]);
    await eventually(async () => {
      expect(await client.ask([2, 2, name, null, { key: "b" }])).toEqual([3, 2, "in"]);
    });
  });

  it("can be waited for, and no longer: who cancels hears nothing more", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    client.send([
      [2, 1, "guardedByIp"],
      [7, 1],
    ]);
    expect(await client.next()).toMatchObject({ 2: "CANCELLED" });
    expect(await client.settled()).toEqual([]);
    client.send([2, 2, "guardedByIp"]);
    client.destroy();
    // each of them had been asked for
    const next = await connect();
    expect(await next.ask([2, 3, "guardedByIp"])).toEqual([3, 3, "in"]);
  });
});

describe("a channel's own rate", () => {
  it("holds for all channels of the rule together, for each connection", async () => {
    const { connect } = await serve(app);
    const [first, second] = [await connect(), await connect()];
    for (const client of [first, second]) {
      client.send([1, 2, 3, 4].map((id) => [11, id, `slow:${id}`, id]));
      expect(codes(await client.take(4))).toEqual(["RATE_LIMITED", "done", "done", "done"]);
    }
    expect(await first.ask([11, 9, "free", 1])).toEqual([5, 9]);
  });

  it("holds for a user on all connections, and drops what wants no answer", async () => {
    const { connect, counters } = await serve(app);
    const [first, second] = [await connect(), await connect()];
    for (const client of [first, second]) await client.ask([2, 0, "login", "ann"]);
    first.send([1, 2, 3].map((id) => [11, id, "mine:x", id]));
    expect(codes(await first.take(3))).toEqual(["done", "done", "done"]);
    expect(await second.ask([11, 4, "mine:y", 4])).toEqual(refusal(4));
    second.send([11, null, "mine:y", 4]);
    await second.settled();
    expect(await counters()).toMatchObject({ rateLimited: 1, dropped: 1 });
  });
});
