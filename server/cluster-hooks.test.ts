import { expect, it } from "vitest";
import { place } from "./sessions/test/workers.ts";
import { launchCluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";

const APP = `
  export const app = defineApp({
    procedures: { tag: (tags, { session }) => session.setTags(tags), echo: (data) => data },
    channels: { "*": {} },
  });`;

/** Does in the primary what a message to the channel "primary" of a socket worker cannot: by files that it writes. */
const HOOKS = `
  import { writeFileSync } from "node:fs";
  export function socketWorker({ log, worker, on, config }) {
    log.info("hooks of worker " + worker + " " + config.controlToken);
    on("connection", (connection) => connection.tagged = true);
    return () => log.info("undone in worker " + worker);
  }
  export async function primary(api) {
    const { log } = api;
    api.on("workerServing", ({ worker, pid }) => log.info({ pid, exited: worker }, "serving " + worker));
    api.on("workerExit", ({ worker }, how) => {
      log.info("exit " + worker + " " + how);
      throw new Error("of a listener");
    });
    const doing = {
      async send() { return api.toTagged({ room: "5" }).publish({ from: "the primary" }); },
      async tag() { return api.toTagged({ room: "5" }).setTags({ seen: "1" }); },
      async close() { return api.toTagged({ room: "5", seen: "1" }).close(4001); },
      async none() { return api.toTagged({ room: "6" }).publish(1); },
      async list() { const all = []; for await (const { tags } of api.list({ id: "*" })) all.push(tags); return all; },
      async publish() { return (await api.publish("news", 5)) ?? null; },
      async workers() { return (await api.workers()).map(({ worker, state, connections }) => [worker, state, connections]); },
      async scale() { return api.scale(1); },
      async wrong() { return api.scale(0.5); },
      async reload() { return api.reload(); },
      async stray() { void Promise.reject(new Error("of nobody")); },
    };
    const { createServer } = await import("node:http");
    const server = createServer(async (request, response) => {
      try { response.end(JSON.stringify((await doing[request.url.slice(1)]()) ?? null)); }
      catch (error) { response.end(JSON.stringify(error.message)); }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    log.info({ back_end: server.address().port, ready: api.ready }, "hooks of the primary " + api.config.controlToken);
    return async () => {
      log.info("undone in the primary, with " + (await api.workers()).length);
      server.close();
      server.closeAllConnections();
    };
  }`;

it("hooks run in all processes, reach all connections from the primary, and are undone at the end", async () => {
  const env = { HOOKS: "hooks.mjs", CONTROL_TOKEN: "a-token-of-17-chars" };
  const cluster = await startCluster({ app: APP, files: { "hooks.mjs": HOOKS }, env });
  const { back_end: port, ready } = await cluster.logged("hooks of the primary ");
  expect(ready).toBe(false);
  for (const worker of [1, 2]) {
    await cluster.logged(`hooks of worker ${worker} `);
    await cluster.logged(`serving ${worker}`);
  }
  const primary = async (what: string) => (await fetch(`http://127.0.0.1:${port}/${what}`)).json();
  const one = await place(cluster);
  const other = await place(cluster, { not: one.pid });
  for (const { client } of [one, other]) {
    await client.ask([2, 1, "tag", { room: "5" }]);
    await client.ask([8, 2, "news"]);
  }
  expect(await primary("send")).toBe(2);
  expect(await primary("tag")).toBe(2);
  expect(await primary("none")).toBe(0);
  expect(await primary("publish")).toBe(null);
  for (const { client } of [one, other]) {
    expect(await client.take(2)).toEqual([
      [12, "$direct", { from: "the primary" }],
      [12, "news", 5],
    ]);
  }
  expect(await primary("list")).toEqual(Array(2).fill({ room: "5", seen: "1" }));
  expect(await primary("workers")).toEqual([
    [1, "serving", 1],
    [2, "serving", 1],
  ]);
  expect(await primary("close")).toBe(2);
  for (const { client } of [one, other]) expect(await client.closed).toMatchObject({ code: 4001 });
  expect(await primary("wrong")).toContain("whole number");

  // what goes wrong later is logged, and that is all
  await primary("stray");
  await cluster.logged("a promise was rejected and nobody cared");
  expect(await primary("scale")).toMatchObject({ before: 2, workers: 1, draining: [2] });
  await cluster.logged("exit 2 exit code 0");
  await cluster.logged("a listener failed");
  await cluster.logged("undone in worker 2");

  cluster.kill("SIGTERM");
  expect(await cluster.exited).toEqual({ code: 0, signal: null });
  await cluster.logged("undone in the primary, with 1");
  await cluster.logged("undone in worker 1");
});

it("new socket workers load the hooks as they are then, and keep the old ones where they cannot", async () => {
  const hooks = (text: string) =>
    `export const socketWorker = ({ log, worker }) => log.info("${text} in worker " + worker);`;
  const cluster = await startCluster({ app: APP, files: { "hooks.mjs": hooks("old") }, env: { HOOKS: "./hooks.mjs" } });
  cluster.write({ files: { "hooks.mjs": hooks("new") } });
  expect((await cluster.post("/reload")).status).toBe(202);
  await cluster.logged("new in worker 1");
  await cluster.logged("new in worker 2");
  await eventually(async () => expect(await cluster.json("/workers")).toMatchObject({ rollout: { running: false } }));

  cluster.write({ files: { "hooks.mjs": "export function socketWorker() { throw new Error('no luck'); }" } });
  await cluster.post("/reload");
  const failure = expect.stringContaining("the hooks of ./hooks.mjs cannot be set up: no luck");
  await eventually(async () =>
    expect(await cluster.json("/workers")).toMatchObject({ rollout: { running: false, failure } }),
  );
  expect((await cluster.status()).map(({ state }) => state)).toEqual(["serving", "serving"]);
});

it.each(["socketWorker", "primary"])(
  "hooks whose %s throws at the start end the server with a plain error",
  async (role) => {
    const source = `export async function ${role}() { throw new Error("no such table"); }`;
    const cluster = launchCluster({ app: APP, files: { "hooks.mjs": source }, env: { HOOKS: "hooks.mjs" } });
    expect((await cluster.exited).code).toBe(1);
    expect(cluster.stderr).toContain("the hooks of hooks.mjs cannot be set up: no such table");
    expect(cluster.stderr).not.toContain("    at ");
  },
);
