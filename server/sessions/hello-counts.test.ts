import { expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { serve } from "../test/test-server.ts";
import { hello, resume } from "./test/resume.ts";

it("clients that say HELLO are counted by what becomes of the session they ask for", async () => {
  const { connect, counters } = await serve(defineApp({}));
  const first = await connect();
  const known = await hello(first);
  expect(await resume(await connect(), known)).toMatchObject({ resumed: true });
  expect(await resume(await connect(), { ...known, secret: "x".repeat(32) })).toMatchObject({ resumed: false });
  // a connection that its client made before, and that was held up on its way
  const turns = [7, 3].map((turn) => ({ resume: { session: known.session, secret: known.secret, turn } }));
  expect(await hello(await connect(), turns[0])).toMatchObject({ resumed: true });
  const late = await connect();
  late.send([0, turns[1]]);
  expect((await late.closed).code).toBe(1013);
  expect(await counters()).toMatchObject({ newSessions: 1, resumed: 2, notResumed: 1, notYetResumed: 1 });
});

it("clients that are sent away are counted as such", async () => {
  const app = defineApp({
    authenticate: () => {
      throw new Error("nobody gets in");
    },
  });
  const { connect, counters } = await serve(app);
  const client = await connect();
  client.send([0, { token: "x" }]);
  await client.closed;
  expect(await counters()).toMatchObject({ newSessions: 0, unauthenticated: 1 });
});
