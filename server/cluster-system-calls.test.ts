import { expect, it } from "vitest";
import { startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";

const LONG = "x".repeat(5_000);
const APP = `
  export const app = defineApp({
    procedures: {
      // all that a procedure may do with whom it is called by, though there is nobody
      self: async (_, context) => {
        context.session.setTags({ room: "5" });
        return [context.user ?? null, context.session.tags, await context.toUser("ann").publish("${LONG}")];
      },
      shut: (_, { connection }) => { connection.close(); return new Promise(() => {}); },
      much: function* () { for (;;) yield "${LONG}".repeat(100); },
      slow: async () => { await new Promise((resolve) => setTimeout(resolve, 1_500)); return "done"; },
      limited: { rateLimit: { limit: 1, perMs: 3_600_000, by: "user" }, handler: () => "in" },
      login: (user, { session }) => session.setUser(user),
    },
    channels: { "*": {} },
  });`;

it("a call for a user is in nobody's list, and hurts nobody", async () => {
  const cluster = await startCluster({ app: APP, env: { METRIC_TAGS: "room" } });
  const client = await cluster.connect();
  await client.ask([2, 1, "login", "ann"]);
  const call = async (query: string) => {
    const response = await cluster.post(`/call?procedure=${query}`);
    return [response.status, await response.json()];
  };
  // only the client that there is hears what the user is told
  expect(await call("self&user=ann")).toEqual([200, { result: ["ann", { room: "5" }, 1] }]);
  expect(await client.take(1)).toEqual([[12, "$direct", LONG]]);
  expect(await cluster.json("/tree")).toEqual({ path: ["/"], user: ["ann"], worker: [expect.any(String)] });
  expect(await (await cluster.post("/send?room=5", "nobody")).text()).toBe("0");
  expect(await (await cluster.get("/metrics", cluster.controlPort)).text()).not.toContain(
    "fugitive_connections_by_tag{",
  );

  expect(await call("shut")).toMatchObject([503, { code: "UNAVAILABLE" }]);
  expect(await call("much")).toMatchObject([413, { code: "TOO_LARGE" }]);
  expect([await call("limited&user=bob"), await call("limited&user=bob")]).toMatchObject([
    [200, { result: "in" }],
    [429, { code: "RATE_LIMITED" }],
  ]);
  expect((await cluster.status()).map(({ connections }) => connections).sort()).toEqual([0, 1]);

  // an end in order waits for it
  const slow = call("slow");
  await eventually(async () => {
    expect(await (await cluster.get("/metrics", cluster.controlPort)).text()).toMatch(
      /calls_in_flight\{worker="\d"\} 1/,
    );
  });
  cluster.kill("SIGTERM");
  expect(await slow).toEqual([200, { result: "done" }]);
  expect((await cluster.exited).code).toBe(0);
});

it("a question mark in a query is part of it", async () => {
  const cluster = await startCluster({ app: APP });
  await (await cluster.connect()).ask([14]);
  await cluster.post("/settags?path=/", "room=a");
  expect(await (await cluster.post("/close?room=a?b")).text()).toBe("0");
  expect(await (await cluster.post("/close?room=a?&plan=pro")).text()).toBe("0");
  expect(await (await cluster.post("/close?room=a")).text()).toBe("1");
});
