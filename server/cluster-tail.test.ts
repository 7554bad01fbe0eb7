import { expect, it } from "vitest";
import { place } from "./sessions/test/workers.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { shareClusters } from "./test/shared-clusters.ts";
import { TailReader } from "./test/tail-reader.ts";

const sharedCluster = shareClusters();
const APP = `
  export const app = defineApp({
    procedures: {
      tag: (tags, { session }) => session.setTags(tags),
      echo: (data) => data,
      large: (size) => "x".repeat(size),
      count: function* (to) { for (let n = 1; n <= to; n++) yield n; return "done"; },
    },
    channels: { "kept:*": { history: true }, "lossy:*": { slowReaders: "latest" }, "in:*": { presence: true }, "*": {} },
  });`;

/** A client that can be found by its name. */
async function named(cluster: Cluster, name: string, format: "json" | "msgpack" = "json") {
  const placed = await place(cluster, { format });
  await placed.client.ask([2, 1, "tag", { name }]);
  const { connections } = (await cluster.json(`/status?name=${name}`)) as { connections: { id: string }[] };
  return { ...placed, id: connections[0]?.id ?? "" };
}

const MESSAGE = { time: expect.stringMatching(/^\d{4}-.*Z$/), bytes: expect.any(Number) };

it.each(["json", "msgpack"] as const)(
  "a tail tells all that one client says and is told, in %s, and no value",
  async (format) => {
    const cluster = await sharedCluster({ app: APP });
    const { client, id } = await named(cluster, "ann", format);
    const tail = await TailReader.open(cluster, `id=${id}`);
    expect(tail.type).toBe("application/x-ndjson");
    expect(await tail.next()).toMatchObject({ note: "begun", id, path: "/", worker: expect.any(Number) });

    await client.ask([2, 7, "echo", { secret: "s3cr3t", name: "ada", list: [1, 2, 3, 4] }]);
    const echoed = { secret: "hidden", name: "string(3)", list: ["number", "number", "number", "1 more"] };
    expect(await tail.take(2)).toEqual([
      { ...MESSAGE, direction: "in", kind: "CALL", id: 7, procedure: "echo", data: echoed },
      { ...MESSAGE, direction: "out", kind: "RESULT", id: 7, data: echoed },
    ]);

    // what the transport sends by itself, and what is sent to a connection alone
    for (const channel of ["news", "kept:a", "lossy:a"]) await client.ask([8, 1, channel]);
    await tail.take(6);
    for (const channel of ["news", "kept:a", "lossy:a"]) await cluster.post(`/publish?channel=${channel}`, '{"n":1}');
    const event = { ...MESSAGE, direction: "out", kind: "EVENT", data: { n: "number" } };
    const offset = { options: { offset: "number" } };
    expect(await tail.take(3)).toEqual([
      { ...event, channel: "news" },
      { ...event, channel: "kept:a", ...offset },
      { ...event, channel: "lossy:a" },
    ]);
    await cluster.post("/send?name=ann", "hello");
    expect(await tail.next()).toEqual({ ...event, channel: "$direct", data: "string(5)" });
    await client.take(4);

    // a batch, and an answer that is deflated
    client.send([
      [2, 1, "large", 5_000],
      [14, "x"],
    ]);
    await client.take(2);
    expect(await tail.take(4)).toEqual([
      { ...MESSAGE, direction: "in", kind: "CALL", id: 1, procedure: "large", data: "number" },
      { ...MESSAGE, direction: "in", kind: "PING", data: "string(1)" },
      { ...MESSAGE, direction: "out", kind: "RESULT", id: 1, data: "string(5000)" },
      { ...MESSAGE, direction: "out", kind: "PONG", data: "string(1)" },
    ]);

    // who is nobody any more, and nonsense
    client.send([17, 5, "a token that nobody shall see"]);
    client.send(["what", { is: "this" }]);
    await client.take(2);
    const [auth, refused, nonsense, complaint] = await tail.take(4);
    expect(auth).toEqual({ ...MESSAGE, direction: "in", kind: "AUTH", id: 5, token: "hidden" });
    expect(refused).toMatchObject({
      kind: "ERROR",
      id: 5,
      code: expect.any(String),
      text: expect.stringMatching(/^string/),
    });
    expect(nonsense).toEqual({ ...MESSAGE, direction: "in", kind: null, data: ["string(4)", { is: "string(4)" }] });
    expect(complaint).toMatchObject({ kind: "ERROR", id: null, code: "BAD_REQUEST" });

    await client.close(1000);
    expect(await tail.rest()).toEqual([{ time: MESSAGE.time, note: "closed", code: 1000 }]);
  },
);

it("a tail ends at its limits, with whoever reads it, and with the socket worker", async () => {
  const cluster = await sharedCluster({ app: APP });
  const { client, id, pid } = await named(cluster, "ann");
  const other = await place(cluster, { not: pid });

  const few = await TailReader.open(cluster, `id=${id}&messages=3`);
  await few.next();
  for (let count = 0; count < 5; count++) await client.ask([2, 1, "echo", count]);
  expect((await few.rest()).map(({ kind, note }) => kind ?? note)).toEqual(["CALL", "RESULT", "CALL", "limit"]);

  const brief = await TailReader.open(cluster, `id=${id}&seconds=1`);
  expect((await brief.rest()).map(({ note }) => note)).toEqual(["begun", "limit"]);

  // several see the same; one that leaves does not take the others along
  const tails = await Promise.all(Array.from({ length: 20 }, () => TailReader.open(cluster, `id=${id}`)));
  for (const tail of tails) expect(await tail.next()).toMatchObject({ note: "begun" });
  expect((await cluster.get(`/tail?id=${id}`, cluster.controlPort)).status).toBe(503);
  tails[0]?.leave();
  const last = await eventually(async () => {
    const tail = await TailReader.open(cluster, `id=${id}`);
    expect(tail.status).toBe(200);
    return tail;
  });
  await last.next();
  await client.ask([2, 9, "echo", 1]);
  for (const tail of [...tails.slice(1), last]) expect(await tail.next()).toMatchObject({ kind: "CALL", id: 9 });

  process.kill(pid, "SIGKILL");
  for (const tail of tails.slice(1)) {
    expect((await tail.rest()).map(({ kind, note }) => kind ?? note)).toEqual(["RESULT", "worker gone"]);
  }
  expect(await other.client.ask([2, 1, "echo", "still here"])).toEqual([3, 1, "still here"]);
});

it("a tail tells who comes and goes, and what a raw connection says without saying it", async () => {
  const paths = JSON.stringify([{ path: "/raw", mode: "raw", tags: { raw: "1" } }]);
  const cluster = await startCluster({ app: APP, env: { PATHS: paths } });
  const { client, id } = await named(cluster, "ann", "msgpack");
  const tail = await TailReader.open(cluster, `id=${id}`);
  await client.ask([8, 1, "in:room", { presence: true }]);
  await tail.take(3);
  await (await place(cluster)).client.ask([8, 1, "in:room", {}]);
  expect(await tail.next()).toMatchObject({ kind: "PRESENCE", direction: "out", channel: "in:room", change: "join" });

  const raw = await cluster.connect({ path: "/raw", offers: [] });
  const found = await eventually(async () => {
    const { connections } = (await cluster.json("/status?raw=1")) as { connections: { id: string }[] };
    expect(connections).toHaveLength(1);
    return connections[0]?.id ?? "";
  });
  const bare = await TailReader.open(cluster, `id=${found}`);
  await bare.next();
  raw.text("a secret");
  raw.binary(Uint8Array.of(1, 2, 3));
  expect(await bare.take(2)).toEqual([
    { ...MESSAGE, direction: "in", kind: "RAW", bytes: 8, data: "text" },
    { ...MESSAGE, direction: "in", kind: "RAW", bytes: 3, data: "bytes" },
  ]);
  await cluster.post("/send?raw=1", "12345");
  expect(await bare.next()).toEqual({ ...MESSAGE, direction: "out", kind: "RAW", bytes: 5, data: "text" });
});

it("a tail looks at connections of whatever application, and hooks are of the main one", async () => {
  const server = JSON.stringify(new URL("../dist/server/index.js", import.meta.url).href);
  const chat = `import { defineApp } from ${server};\nexport const app = defineApp({ channels: { news: {} } });`;
  const hooks =
    "export const socketWorker = (api) => { api.on('connection', ({ path }) => api.log.info('came to ' + path)); };";
  const cluster = await startCluster({
    app: APP,
    files: { "chat.mjs": chat, "hooks.mjs": hooks },
    env: { PATHS: JSON.stringify([{ path: "/chat", app: "./chat.mjs", tags: { of: "chat" } }]), HOOKS: "hooks.mjs" },
  });
  const client = await cluster.connect({ path: "/chat" });
  await client.ask([8, 1, "news"]);
  const { connections } = (await cluster.json("/status?of=chat")) as { connections: { id: string }[] };
  const tail = await TailReader.open(cluster, `id=${connections[0]?.id}`);
  expect(await tail.next()).toMatchObject({ note: "begun", path: "/chat" });
  await cluster.post("/publish?channel=news&app=/chat", "1");
  expect(await tail.next()).toMatchObject({ kind: "EVENT", channel: "news", data: "number" });
  await cluster.connect();
  await cluster.logged("came to /");
});

it("who does not read a tail loses lines and is told how many; the client and the server do not wait", async () => {
  const cluster = await startCluster({ app: APP, env: { RATE_LIMITS: "off" } });
  const { client, id } = await named(cluster, "ann", "msgpack");
  const tail = await TailReader.open(cluster, `id=${id}`);
  await tail.next();
  const [batches, size] = [30, 1_000];
  const nowhere = "n".repeat(255);
  for (let batch = 0; batch < batches; batch++) {
    client.send(Array.from({ length: size }, (_, index) => [2, index, nowhere]));
    await client.take(size);
  }
  expect(await client.ask([2, 1, "echo", "still here"])).toEqual([3, 1, "still here"]);
  let [told, lost] = [0, 0];
  while (lost === 0) {
    const line = await tail.next();
    if (line?.note === "lost") lost = line.lines as number;
    else told++;
  }
  // what came before is there without a gap, and what comes after as well
  await client.close(1000);
  const rest = await tail.rest();
  const lostLater = rest.reduce((sum, { note, lines }) => sum + (note === "lost" ? (lines as number) : 0), 0);
  const toldLater = rest.filter(({ note }) => note === undefined).length;
  expect(told + lost + toldLater + lostLater).toBe(2 * (batches * size + 1));
  expect(rest.at(-1)).toMatchObject({ note: "closed", code: 1000 });
});

it("a tail is refused where there is nothing to see, or nothing that can be meant", async () => {
  const cluster = await sharedCluster({ app: APP });
  for (const [query, status] of [
    ["id=nobody", 404],
    ["id=", 400],
    ["", 400],
    ["id=x&seconds=0", 400],
    ["id=x&seconds=3601", 400],
    ["id=x&messages=0", 400],
    ["id=x&other=1", 400],
  ] as const) {
    expect([query, (await cluster.get(`/tail?${query}`, cluster.controlPort)).status]).toEqual([query, status]);
  }
  expect((await cluster.get("/tail?id=x")).status).toBe(404);
});
