import { beforeAll, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { startCluster } from "../test/cluster.ts";
import { eventually } from "../test/patience.ts";
import { samplesOf } from "../test/prometheus-parser.ts";
import { Gateway } from "./sdk/gateway.ts";
import { streamEntries } from "./test/stream-entries.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

const PATHS = JSON.stringify([
  { path: "/chat", mode: "raw", tags: { kind: "chat" }, streamTags: ["kind", "group"], json: { command: "do.what" } },
]);

/** Plain clients of the raw path, of which every second one is at the other worker. */
async function connect(port: number, count: number): Promise<{ client: WebSocket; heard: string[] }[]> {
  const clients: { client: WebSocket; heard: string[] }[] = [];
  for (let opened = 0; opened < count; opened++) {
    const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
    const heard: string[] = [];
    client.on("message", (data) => heard.push(String(data)));
    client.on("error", () => undefined);
    await new Promise((resolve) => client.once("open", resolve));
    clients.push({ client, heard });
  }
  return clients;
}

it("a back end talks with the raw connections of all workers, and hears of the end of each, also of those killed with theirs", async () => {
  const env = { PATHS, GATEWAY_REDIS: redis.url, GATEWAY_STREAM: "events-{json.command:none}", GATEWAY_STATE: "on" };
  const cluster = await startCluster({ env });
  const control = `http://127.0.0.1:${cluster.controlPort}`;
  const gateway = new Gateway({
    control,
    redis: { url: redis.url, stream: "events-none", group: "g", consumer: "one" },
  });
  onTestFinished(() => gateway.close());
  const ends: (readonly [string, number])[] = [];
  const opened: string[] = [];
  gateway.on("open", (connection) => void opened.push(connection.id));
  gateway.on("message", async (connection, data) => {
    if (data === "join") expect(await connection.setTags({ group: "blue" })).toBe(true);
    await connection.send(`${data}? ${connection.tags.kind} ${connection.tags.group ?? "-"}`);
  });
  gateway.on("close", ({ id }, code) => void ends.push([id, code]));
  gateway.listen();

  const clients = await connect(cluster.port, 4);
  for (const { client } of clients) client.send("join");
  await eventually(() => expect(clients.map(({ heard }) => heard)).toEqual(Array(4).fill(["join? chat -"])));
  for (const { client } of clients) client.send("again");
  await eventually(() => expect(clients.map(({ heard }) => heard[1])).toEqual(Array(4).fill("again? chat blue")));
  expect(await gateway.sendTo({ group: "blue" }, "to all")).toBe(4);
  await eventually(() => expect(clients.map(({ heard }) => heard[2])).toEqual(Array(4).fill("to all")));

  await eventually(async () => {
    const metrics = samplesOf(await (await cluster.get("/metrics", cluster.controlPort)).text());
    expect(metrics.get('fugitive_messages_total{direction="in",kind="RAW"}')).toBe(8);
    expect(metrics.get('fugitive_messages_total{direction="out",kind="RAW"}')).toBe(12);
    expect(metrics.get('fugitive_gateway_events_total{broker="redis",outcome="sent"}')).toBe(12);
  });

  // by what a message says, it goes elsewhere
  clients[0]?.client.send('{"do":{"what":"dance"}}');
  await eventually(async () =>
    expect(await streamEntries(redis, "events-dance")).toMatchObject([
      { action: "message", type: "text", tags: "kind=chat&group=blue", message: '{"do":{"what":"dance"}}', seq: 4 },
    ]),
  );

  // what is known of each is in Redis as well
  const keys = (await redis.ask("KEYS", "connection:*")) as Buffer[];
  expect(keys.map((key) => String(key).slice("connection:".length)).sort()).toEqual([...opened].sort());
  const fields = (await redis.ask("HMGET", String(keys[0]), "path", "tag.kind", "tag.group")) as Buffer[];
  expect(fields.map(String)).toEqual(["/chat", "chat", "blue"]);

  // one says goodbye, and is gone; the others of its worker are killed with it
  clients[0]?.client.close(4_000);
  await eventually(() => expect(ends).toMatchObject([[expect.any(String), 4_000]]));
  const [worker] = await cluster.status();
  const there = (await cluster.json(`/status?worker=${worker?.worker}`)) as { connections: { id: string }[] };
  process.kill(worker?.pid ?? 0, "SIGKILL");
  await eventually(() => expect(ends).toHaveLength(1 + there.connections.length));
  expect(
    ends
      .slice(1)
      .map(([id]) => id)
      .sort(),
  ).toEqual(there.connections.map(({ id }) => id).sort());
  expect(ends.slice(1).every(([, code]) => code === 1006)).toBe(true);

  // those that are left are told that they end
  cluster.kill("SIGTERM");
  await eventually(() => expect(ends).toHaveLength(4));
  expect((await cluster.exited).code).toBe(0);
  expect(new Set(ends.map(([id]) => id))).toEqual(new Set(opened));
});

it("what clients say while Redis is away for a while is there when it is back, in order, and nothing of it is lost", async () => {
  const env = { PATHS, GATEWAY_REDIS: redis.url, GATEWAY_STREAM: "outage" };
  const cluster = await startCluster({ env });
  const clients = await connect(cluster.port, 4);
  const say = (from: number, to: number) => {
    for (const { client } of clients) for (let n = from; n < to; n++) client.send(String(n));
  };
  say(0, 100);
  await eventually(async () => expect((await streamEntries(redis, "outage")).length).toBeGreaterThan(100));
  await redis.kill();
  say(100, 300);
  await cluster.logged(/cannot be reached|is away|lost/i);
  await redis.start();
  say(300, 400);
  const numbers = Array.from({ length: 400 }, (_, n) => String(n));
  await eventually(async () => {
    const entries = await streamEntries(redis, "outage");
    const said = new Map<string, Map<number, unknown>>();
    for (const { connection = "", seq = 0, message, action } of entries) {
      if (action !== "message") continue;
      const ofOne = said.get(connection) ?? new Map();
      said.set(connection, ofOne.set(seq, message));
    }
    expect([...said.values()].map((ofOne) => [...ofOne.values()])).toEqual(Array(4).fill(numbers));
  });
  expect(cluster.records.filter(({ level }) => level === "error")).toEqual([]);
});
