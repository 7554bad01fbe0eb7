import { describe, expect, it, vi } from "vitest";
import { type CallContext, defineApp } from "../index.ts";
import { hello } from "../sessions/test/resume.ts";
import { RawClient } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";
import { app, authenticate, procedures } from "./test/token-app.ts";

describe("an application that requires a user", () => {
  const strict = defineApp({
    requireUser: true,
    authenticate,
    procedures: { ...procedures, enter: { requireUser: false, handler: procedures.login } },
    channels: { "*": {}, "open:*": { requireUser: false } },
  });

  it("lets nobody else call, subscribe or publish, but where it says so, and answers $ping and $health", async () => {
    const { connect } = await serve(strict);
    const client = await connect();
    await hello(client);
    client.send([
      [2, 1, "whoami"],
      [8, 2, "news"],
      [11, 3, "news", 1],
      [2, 4, "$history", "news"],
      [2, 5, "$procedures"],
      [2, 6, "$ping"],
      [8, 7, "open:a"],
      [2, 8, "enter", "ada"],
      [2, 9, "whoami"],
      [8, 10, "news"],
    ]);
    const answers = (await client.take(10)) as [number, number, unknown][];
    expect(answers.sort((one, other) => one[1] - other[1])).toMatchObject([
      [4, 1, "UNAUTHENTICATED", expect.any(String)],
      [4, 2, "UNAUTHENTICATED", expect.any(String)],
      [4, 3, "UNAUTHENTICATED", expect.any(String)],
      [4, 4, "UNAUTHENTICATED", expect.any(String)],
      [4, 5, "UNAUTHENTICATED", expect.any(String)],
      [3, 6, "pong"],
      [9, 7, {}],
      [3, 8],
      [3, 9, { user: "ada" }],
      [9, 10, {}],
    ]);
  });

  it("closes who does not say in time who he is with 4401, and nobody else", async () => {
    const { connect } = await serve(strict, { authTimeoutMs: 500 });
    const silent = await connect();
    const greeting = await connect();
    await hello(greeting);
    const byToken = await connect();
    await hello(byToken, { token: "ada" });
    const byProcedure = await connect();
    await byProcedure.ask([2, 1, "enter", "bob"]);
    for (const client of [silent, greeting]) {
      expect(await client.closed).toEqual({ code: 4401, reason: "not authenticated in time" });
    }
    for (const client of [byToken, byProcedure]) expect(await client.settled()).toEqual([]);
    // who logs out has that time again
    await byProcedure.ask([2, 2, "enter", null]);
    expect(await byProcedure.closed).toMatchObject({ code: 4401 });
  });
});

it("a call with a key that was refused runs with the same key once its caller is somebody", async () => {
  const run = vi.fn(() => "done");
  const guarded = defineApp({
    authenticate,
    procedures: {
      pay: { requireUser: true, handler: run },
      sell: { authorize: async ({ user }: CallContext) => user === "ada", handler: run },
    },
  });
  const { connect } = await serve(guarded);
  const client = await connect();
  await hello(client);
  expect(await client.ask([2, 1, "pay", null, { key: "k" }])).toEqual([4, 1, "UNAUTHENTICATED", expect.any(String)]);
  expect(await client.ask([2, 2, "sell", null, { key: "l" }])).toEqual([4, 2, "FORBIDDEN", expect.any(String)]);
  await client.ask([17, 3, "ada"]);
  expect(await client.ask([2, 4, "pay", null, { key: "k" }])).toEqual([3, 4, "done"]);
  expect(await client.ask([2, 5, "sell", null, { key: "l" }])).toEqual([3, 5, "done"]);
  expect(await client.ask([2, 6, "pay", null, { key: "k" }])).toEqual([3, 6, "done"]);
  expect(run).toHaveBeenCalledTimes(2);
});

it("a token, a secret and a cookie are never logged", async () => {
  const { connect, records, port } = await serve(app, { authCookie: "session" });
  const client = await connect({ headers: { cookie: "session=hush-cookie" } });
  const known = await hello(client, { token: "hush-token" });
  await client.ask([17, 1, "hush-auth"]);
  await RawClient.connect({ port, headers: { authorization: "Bearer broken" } }).catch(() => undefined);
  client.destroy();
  await client.closed;
  const log = JSON.stringify(records);
  for (const secret of ["hush", known.secret, "Bearer"]) expect(log).not.toContain(secret);
});
