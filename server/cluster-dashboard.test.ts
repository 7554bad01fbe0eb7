import { expect, it } from "vitest";
import { type Cluster, PLAIN_APP, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { RawClient } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const TOKEN = "a-token-of-the-tests";
const HELLO = 0;
const WELCOME = 1;
const CALL = 2;
const RESULT = 3;
const ERROR = 4;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const EVENT = 12;

/** A WebSocket as the dashboard's page opens it. @param token undefined to present none */
async function openPage({ controlPort: port }: Cluster, token?: string): Promise<RawClient> {
  const host = `127.0.0.1:${port}`;
  const client = await RawClient.connect({ port, headers: { Host: host, Origin: `http://${host}` } });
  client.send([HELLO, token === undefined ? {} : { token }]);
  return client;
}

/** The answer to a request, whatever else comes. */
async function answered(client: RawClient, id: number, message: readonly unknown[]): Promise<readonly unknown[]> {
  client.send(message);
  return eventually(async () => {
    const came = (await client.next()) as readonly unknown[];
    expect(came[1]).toBe(id);
    return came;
  });
}

async function control(client: RawClient, id: number, request: object): Promise<unknown> {
  const [kind, , result] = await answered(client, id, [CALL, id, "control", request]);
  expect(kind).toBe(RESULT);
  const { status, body } = result as { status: number; body: string };
  return [status, JSON.parse(body)];
}

it("a page is told once a second how all is, from the first moment on, and does what the control port does", async () => {
  const cluster = await sharedCluster({ app: PLAIN_APP });
  const clients = [await cluster.connect(), await cluster.connect()];
  for (const client of clients) await client.ask([SUBSCRIBE, 1, "news"]);
  const page = await openPage(cluster);
  expect(await page.next()).toMatchObject([WELCOME, { worker: 0 }]);
  page.send([SUBSCRIBE, 1, "stats"]);
  page.send([SUBSCRIBE, 2, "tops"]);
  const heard = new Map<string, unknown[]>();
  await eventually(async () => {
    const [kind, channel, data] = (await page.next()) as [number, string, unknown];
    if (kind === EVENT) heard.set(channel, [...(heard.get(channel) ?? []), data]);
    expect(heard.get("stats")?.length).toBeGreaterThan(1);
    expect(heard.get("tops")?.at(-1)).toMatchObject({ channels: [{ name: "news", subscribers: 2 }] });
  });
  expect(heard.get("stats")?.at(-1)).toMatchObject({
    ready: true,
    primary: { pid: cluster.pid },
    workers: [
      { worker: 1, state: "serving", connections: expect.any(Number), memory: expect.any(Number) },
      { worker: 2, state: "serving" },
    ],
  });

  expect(await control(page, 11, { method: "POST", path: "/send", query: "id=*", body: "hello" })).toEqual([
    200,
    { count: 2 },
  ]);
  for (const client of clients) expect(await client.next()).toEqual([EVENT, "$direct", "hello"]);
  expect(await control(page, 12, { method: "GET", path: "/send" })).toMatchObject([405, { error: expect.anything() }]);
  expect(await control(page, 13, { method: "GET", path: "/nothing" })).toMatchObject([404, {}]);
  expect(await control(page, 14, { method: "POST", path: "/send", body: "x" })).toMatchObject([400, {}]);
  expect(await control(page, 15, { method: "POST", path: "/reload", body: "x" })).toMatchObject([413, {}]);
  expect(await control(page, 16, { method: "GET", path: "/status", query: "path=/" })).toMatchObject([
    200,
    { connections: [{ path: "/" }, { path: "/" }] },
  ]);
  expect(await answered(page, 17, [CALL, 17, "connections", { query: "path=/" }])).toMatchObject([
    RESULT,
    17,
    { total: 2, connections: [{ worker: 1 }, { worker: 2 }], silent: [] },
  ]);
  expect(await answered(page, 18, [CALL, 18, "connections", { query: "a=1&a=2" }])).toMatchObject([
    ERROR,
    18,
    "BAD_REQUEST",
    expect.stringContaining("named twice"),
  ]);
  // it is none of the application's connections
  expect(await cluster.json("/status")).toMatchObject({ connections: [{}, {}], workers: [{}, {}] });
  expect(await answered(page, 19, [UNSUBSCRIBE, 19, "stats"])).toMatchObject([5, 19]);
});

it("a page that does not present the token gets nothing, and one with a wrong one is hung up on", async () => {
  const cluster = await startCluster({ app: PLAIN_APP, env: { CONTROL_TOKEN: TOKEN } });
  const nobody = await openPage(cluster);
  expect(await nobody.next()).toMatchObject([WELCOME, {}]);
  for (const [id, ...message] of [
    [1, SUBSCRIBE, "stats"],
    [2, SUBSCRIBE, "tops"],
    [3, SUBSCRIBE, "*"],
    [4, CALL, "control", { method: "POST", path: "/drain" }],
    [5, CALL, "connections", { query: "" }],
    [6, CALL, "$history", { channel: "stats" }],
  ] as const) {
    const [kind, ...rest] = message;
    expect(await answered(nobody, id, [kind, id, ...rest])).toMatchObject([
      ERROR,
      id,
      expect.stringMatching(/UNAUTHENTICATED|FORBIDDEN|NOT_FOUND/),
      expect.anything(),
    ]);
  }
  const liar = await openPage(cluster, `${TOKEN}!`);
  expect(await liar.closed).toMatchObject({ code: 4401 });
  const operator = await openPage(cluster, TOKEN);
  expect(await operator.next()).toMatchObject([WELCOME, { user: "operator" }]);
  expect(await control(operator, 7, { method: "GET", path: "/readyz" })).toEqual([200, { ok: true }]);
  expect((await cluster.get("/workers", cluster.controlPort)).status).toBe(401);
  // who may but look on does not do so for long
  expect(await nobody.closed).toMatchObject({ code: 4401 });
  expect(await operator.ask([14, "still here"])).toEqual([15, "still here"]);
});

it("with the server a page's connection ends, and nothing is left of it", async () => {
  const cluster = await sharedCluster({ app: PLAIN_APP });
  const page = await openPage(cluster);
  page.send([SUBSCRIBE, 1, "stats"]);
  await eventually(async () => expect(await page.next()).toMatchObject([EVENT, "stats", {}, {}]));
  cluster.kill("SIGTERM");
  expect(await page.closed).toMatchObject({ code: 1012 });
  expect(await cluster.exited).toEqual({ code: 0, signal: null });
  expect(cluster.leftovers).toEqual([]);
});

it("a server whose dashboard nobody opens has no part of it", async () => {
  const cluster = await startCluster({ app: PLAIN_APP });
  const response = await cluster.get("/", cluster.controlPort);
  expect([response.status, response.headers.get("content-security-policy")]).toEqual([
    200,
    expect.stringContaining("default-src 'none'; script-src 'self'"),
  ]);
  // a bus of its own would be a folder of its own
  expect(cluster.leftovers).toHaveLength(1);
  await openPage(cluster);
  await eventually(() => expect(cluster.leftovers).toHaveLength(2));
});
