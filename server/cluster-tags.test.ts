import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Placed, place } from "./sessions/test/workers.ts";
import type { Cluster } from "./test/cluster.ts";
import type { RawMessage } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const APP = `
  const answered = (promise) => promise.catch(({ name, message }) => ({ name, message }));
  const to = (tags, context, act) => {
    try { return answered(act(context.toTagged(tags))); } catch ({ name, message }) { return { name, message }; }
  };
  export const app = defineApp({
    procedures: {
      tag: (tags, { session }) => session.setTags(tags),
      tags: (_, { connection }) => connection.tags,
      tell: ([tags, data], context) => to(tags, context, (tagged) => tagged.publish(data)),
      set: ([tags, changes], context) => to(tags, context, (tagged) => tagged.setTags(changes)),
      close: ([tags, code], context) => to(tags, context, (tagged) => tagged.close(code)),
      dear: { rateLimit: { limit: 3, perMs: 3_600_000, by: "tag:room" }, handler: () => "in" },
    },
  });`;

const PATHS = '[{ "path": "/raw", "mode": "raw", "tags": { "room": "5" } }]';

/** A client at each of the two workers. */
async function placeBoth(cluster: Cluster): Promise<[Placed, Placed]> {
  const first = await place(cluster);
  return [first, await place(cluster, { not: first.pid })];
}

it("an application reaches connections by their tags, on every worker", async () => {
  const cluster = await sharedCluster({ app: APP, env: { PATHS } });
  const [{ client: one }, { client: other }] = await placeBoth(cluster);
  for (const client of [one, other]) await client.ask([2, 1, "tag", { room: "5" }]);
  await other.ask([2, 1, "tag", { n: "2" }]);
  const raw = new WebSocket(`ws://127.0.0.1:${cluster.port}/raw`);
  const heard: string[] = [];
  raw.on("message", (data) => heard.push(String(data)));
  const ended = new Promise((resolve) => raw.once("close", resolve));
  await new Promise((resolve) => raw.once("open", resolve));

  one.send([2, 2, "tell", [{ room: "5" }, { a: 1 }]]);
  expect(new Set((await one.take(2)).map(String))).toEqual(new Set(["12,$direct,[object Object]", "3,2,3"]));
  expect(await other.take(1)).toEqual([[12, "$direct", { a: 1 }]]);
  expect(await one.ask([2, 3, "tell", [{ room: "5", n: "2" }, "a text"]])).toEqual([3, 3, 1]);
  expect(await other.take(1)).toEqual([[12, "$direct", "a text"]]);

  expect(await one.ask([2, 4, "set", [{ n: "2" }, { n: "3", room: null }]])).toEqual([3, 4, 1]);
  expect(await other.ask([2, 5, "tags"])).toEqual([3, 5, { n: "3" }]);
  expect(await one.ask([2, 6, "close", [{ n: "3" }, 4_000]])).toEqual([3, 6, 1]);
  expect(await other.closed).toMatchObject({ code: 4_000 });
  expect(await one.ask([2, 7, "close", [{ path: "/raw" }]])).toEqual([3, 7, 1]);
  expect([await ended, heard]).toEqual([1000, ['{"a":1}']]);

  for (const [call, input, error] of [
    ["tell", [{}, 1], { name: "RangeError", message: expect.stringContaining("Say which connections") }],
    ["set", [{ id: "*" }, { user: "x" }], { name: "RangeError", message: expect.stringContaining("nobody sets") }],
    ["close", [{ id: "*" }, 5], { name: "RangeError", message: "5 is no close code." }],
  ] as const) {
    expect(await one.ask([2, 8, call, input])).toEqual([3, 8, error]);
  }
});

it("a rate by tag holds for all connections of its value together", async () => {
  const cluster = await sharedCluster({ app: APP, env: { PATHS } });
  const [{ client: one }, { client: other }] = await placeBoth(cluster);
  const call = async (client: Placed["client"]) => ((await client.ask([2, 1, "dear"])) as RawMessage)[0];
  for (const client of [one, other]) await client.ask([2, 1, "tag", { room: "5" }]);
  const kinds = [await call(one), await call(other), await call(one), await call(other), await call(one)];
  expect(kinds).toEqual([3, 3, 3, 4, 4]);
  // who goes elsewhere counts there
  await one.ask([2, 1, "tag", { room: "6" }]);
  expect(await call(one)).toBe(3);
  expect(await call(other)).toBe(4);
  // and who has no such tag, by address
  await one.ask([2, 1, "tag", { room: undefined }]);
  expect(await call(one)).toBe(3);
});
