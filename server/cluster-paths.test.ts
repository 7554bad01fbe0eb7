import { expect, it } from "vitest";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { samplesOf } from "./test/prometheus-parser.ts";

/** The same names in both applications, and not the same behind them. */
const appOf = (name: string) => `
    procedures: {
      who: (_, { connection }) => "${name} at " + connection.path,
      pid: () => process.pid,
      login: (user, { session }) => session.setUser(user),
      all: (data, context) => context.toTagged({ id: "*" }).publish(data),
      toUser: ([user, data], context) => context.toUser(user).publish(data),
      publish: (data, context) => context.publish("news", data),
    },
    channels: { "news": { history: true }, "in": { presence: true } },`;
const APP = `export const app = defineApp({ ${appOf("main")} });`;

function start(env: Record<string, string> = {}): Promise<Cluster> {
  const server = JSON.stringify(new URL("../dist/server/index.js", import.meta.url).href);
  const chat = `import { defineApp } from ${server};\nexport const app = defineApp({ ${appOf("chat")} });`;
  const paths = JSON.stringify([{ path: "/chat", app: "./chat.mjs", tags: { kind: "chat" } }]);
  return startCluster({ app: APP, files: { "chat.mjs": chat }, env: { PATHS: paths, ...env } });
}

it("a path may have an application of its own, which shares nothing with the others but the processes", async () => {
  const cluster = await start({ METRIC_TAGS: "kind" });
  const [main, chat, other] = await Promise.all(["/", "/chat", "/chat"].map((path) => cluster.connect({ path })));
  if (main === undefined || chat === undefined || other === undefined) throw new Error("not connected");
  expect(await main.ask([2, 1, "who"])).toEqual([3, 1, "main at /"]);
  expect(await chat.ask([2, 1, "who"])).toEqual([3, 1, "chat at /chat"]);

  // a channel of one is none of the other's
  for (const client of [main, chat, other]) await client.ask([8, 1, "news"]);
  expect(await main.ask([2, 2, "publish", "from main"])).toEqual([3, 2]);
  expect(await main.take(1)).toEqual([[12, "news", "from main", { offset: 1 }]]);
  expect(await chat.ask([2, 2, "publish", "from chat"])).toEqual([3, 2]);
  for (const client of [chat, other]) expect(await client.take(1)).toEqual([[12, "news", "from chat", { offset: 1 }]]);
  expect(await (await cluster.post("/publish?channel=news&app=/chat", '"by curl"')).json()).toEqual({ offset: 2 });
  for (const client of [chat, other]) expect(await client.take(1)).toEqual([[12, "news", "by curl", { offset: 2 }]]);
  expect(await cluster.json("/history?channel=news")).toEqual([{ offset: 1, data: "from main" }]);
  expect(await cluster.json("/history?channel=news&app=/chat&limit=1")).toEqual([{ offset: 2, data: "by curl" }]);
  await other.ask([8, 2, "in"]);
  expect(await cluster.json("/presence?channel=in")).toEqual([]);
  expect(await cluster.json("/presence?channel=in&app=/chat")).toHaveLength(1);

  // nor are users, and connections by their tags
  for (const client of [main, chat]) await client.ask([2, 3, "login", "ann"]);
  expect(await main.ask([2, 4, "toUser", ["ann", "hi"]])).toEqual([12, "$direct", "hi"]);
  expect(await main.take(1)).toEqual([[3, 4, 1]]);
  main.send([2, 5, "all", "everybody"]);
  expect(await main.take(2)).toEqual(expect.arrayContaining([[3, 5, 1]]));

  // the control port sees all of them
  expect(await (await cluster.post("/send?id=*", "all")).text()).toBe("3");
  for (const client of [main, chat, other]) expect(await client.take(1)).toEqual([[12, "$direct", "all"]]);
  expect(await cluster.json("/tree")).toMatchObject({ kind: ["chat"], path: ["/", "/chat"], user: ["ann"] });
  expect(await (await cluster.post("/call?procedure=who&app=/chat")).json()).toEqual({ result: "chat at /" });
  expect((await cluster.post("/call?procedure=who&app=/none")).status).toBe(404);
  const connections = (await cluster.status()).map((worker) => worker.connections);
  expect(connections.reduce((sum, count) => sum + count, 0)).toBe(3);
  const samples = samplesOf(await (await cluster.get("/metrics", cluster.controlPort)).text());
  const sumOf = (name: string) =>
    [...samples].filter(([series]) => series.startsWith(name)).reduce((sum, [, value]) => sum + value, 0);
  expect(sumOf("fugitive_connections{")).toBe(3);
  expect(sumOf('fugitive_connections_by_tag{tag="kind",value="chat"}')).toBe(2);
  expect(await (await cluster.post("/revoke?user=ann")).json()).toEqual({ ended: 2 });
  expect((await Promise.all([main.closed, chat.closed])).map(({ code }) => code)).toEqual([4401, 4401]);
  expect(await other.ask([2, 6, "who"])).toEqual([3, 6, "chat at /chat"]);

  cluster.kill("SIGTERM");
  expect((await other.take(1))[0]).toMatchObject([16, "restart", {}]);
  expect(await other.closed).toMatchObject({ code: 1012 });
  expect((await cluster.exited).code).toBe(0);
});

it("a session at such a path goes on where its socket worker is killed, and over a rolling restart", async () => {
  const cluster = await start();
  const first = await cluster.connect({ path: "/chat" });
  const [, welcome] = (await first.ask([0, {}])) as [number, { session: string; secret: string }];
  const [, , pid] = (await first.ask([2, 1, "pid"])) as [number, number, number];
  process.kill(pid, "SIGKILL");
  await first.closed;
  const resume = { session: welcome.session, secret: welcome.secret };
  const second = await eventually(async () => {
    const client = await cluster.connect({ path: "/chat" });
    expect(await client.ask([0, { resume }])).toMatchObject([1, { session: welcome.session, resumed: true }]);
    return client;
  });
  // not at the other path; a connection that is dealt to the killed worker just before its end is known is hung up
  const stranger = await eventually(() => cluster.connect());
  expect(await stranger.ask([0, { resume }])).toMatchObject([1, { resumed: false }]);
  expect((await cluster.post("/reload")).status).toBe(202);
  expect((await second.take(1))[0]).toMatchObject([16, "restart", {}]);
  expect(await second.closed).toMatchObject({ code: 1012 });
  const third = await eventually(async () => {
    const client = await cluster.connect({ path: "/chat" });
    expect(await client.ask([0, { resume }])).toMatchObject([1, { session: welcome.session, resumed: true }]);
    return client;
  });
  expect(await third.ask([2, 1, "who"])).toEqual([3, 1, "chat at /chat"]);
});

it("an application of a path that cannot be loaded ends the start, by name", async () => {
  const paths = JSON.stringify([{ path: "/chat", app: "./nowhere.mjs" }]);
  await expect(startCluster({ env: { PATHS: paths } })).rejects.toThrow(
    "the application ./nowhere.mjs of a path cannot be loaded",
  );
});

it("one single process serves them as well", async () => {
  const cluster = await start({ WORKERS: "0", CONTROL_PORT: "off" });
  const [main, chat] = await Promise.all(["/", "/chat"].map((path) => cluster.connect({ path })));
  expect(await main?.ask([2, 1, "who"])).toEqual([3, 1, "main at /"]);
  expect(await chat?.ask([2, 1, "who"])).toEqual([3, 1, "chat at /chat"]);
  cluster.kill("SIGTERM");
  expect((await cluster.exited).code).toBe(0);
  expect(cluster.leftovers).toEqual([]);
});
