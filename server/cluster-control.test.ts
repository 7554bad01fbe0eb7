import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { MAX_NAME_LENGTH } from "../shared/message.ts";
import { type Placed, place } from "./sessions/test/workers.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const APP = `
  export const app = defineApp({
    procedures: {
      add: ({ x, y }) => x + y,
      whoami: (_, { user }) => user ?? null,
      mine: { requireUser: true, authorize: ({ user }) => user === "ann", handler: (_, { user }) => user ?? "the system" },
      count: function* (to) { for (let n = 1; n <= to; n++) yield n; return "done"; },
      never: () => new Promise(() => {}),
      login: (user, { session }) => session.setUser(user),
      tag: (tags, { session }) => session.setTags(tags),
    },
    channels: { "kept:*": { history: true }, "in:*": { presence: true }, "*": {} },
  });`;

/** A client at each of the two workers. */
async function placeBoth(cluster: Cluster): Promise<[Placed, Placed]> {
  const first = await place(cluster);
  return [first, await place(cluster, { not: first.pid })];
}

async function said(response: Promise<Response>): Promise<[number, string]> {
  const { status, ...rest } = { status: (await response).status, text: await (await response).text() };
  return [status, rest.text];
}

/** Ids of the connections, in the order of the clients: each tags its own first. */
async function idOf(cluster: Cluster, selector: string): Promise<string> {
  const [, text] = await said(cluster.get(`/status?${selector}`, cluster.controlPort));
  return /^id=(\S+) /.exec(text)?.[1] ?? "";
}

it("connections of all workers are tagged, told something and closed by what they are tagged with", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [one, other] = await placeBoth(cluster);
  expect(await said(cluster.post("/settags?path=/", "foo=bar&n=1"))).toEqual([200, "2"]);
  await other.client.ask([2, 1, "tag", { n: "2", spaced: "a b=c" }]);
  expect(await said(cluster.post("/settags?foo=bar", "admin=1"))).toEqual([200, "2"]);

  // as a text, as bytes, as values, each to whom it is for
  expect(await said(cluster.post("/send?admin=1", "to both"))).toEqual([200, "2"]);
  for (const { client } of [one, other]) expect(await client.take(1)).toEqual([[12, "$direct", "to both"]]);
  expect(await said(cluster.post("/send?admin=1&n=2", '{"a":[1]}', "application/json"))).toEqual([200, "1"]);
  const bytes = Uint8Array.of(0, 255);
  expect(await said(cluster.post("/send?n=2", bytes, "application/octet-stream"))).toEqual([200, "1"]);
  const packed = Uint8Array.of(0x81, 0xa1, 0x61, 0xc0);
  expect(await said(cluster.post("/send?n=2", packed, "application/msgpack"))).toEqual([200, "1"]);
  expect(await other.client.take(3)).toEqual([
    [12, "$direct", { a: [1] }],
    [12, "$direct", "AP8="],
    [12, "$direct", { a: null }],
  ]);

  // by ids, whatever other tags say
  const ids = [await idOf(cluster, "n=1"), await idOf(cluster, "n=2")];
  expect(await said(cluster.post(`/send?id=${ids.join(",")},nobody&n=3`, "by id"))).toEqual([200, "2"]);
  for (const { client } of [one, other]) expect(await client.take(1)).toEqual([[12, "$direct", "by id"]]);
  expect(await said(cluster.post("/send?n=3", "nobody"))).toEqual([200, "0"]);
  expect(await said(cluster.post("/send?constructor=x", "nobody"))).toEqual([200, "0"]);

  // what there is to see
  const [, text] = await said(cluster.get("/status?admin=1", cluster.controlPort));
  const lines = text.trim().split("\n");
  expect(lines).toHaveLength(2);
  for (const [id, tags] of [
    [ids[0], "foo=bar n=1 admin=1"],
    [ids[1], "foo=bar n=2 spaced=a%20b%3Dc admin=1"],
  ] as const) {
    const line = expect.stringMatching(new RegExp(`^id=${id} worker=[12] path=/ session=\\S+ ${tags}$`));
    expect(lines).toContainEqual(line);
  }
  expect(await cluster.json("/status?n=2")).toMatchObject({
    node: expect.any(String),
    workers: [{ worker: 1 }, { worker: 2 }],
    connections: [{ id: ids[1], path: "/", address: "127.0.0.1", tags: { foo: "bar", n: "2", admin: "1" } }],
  });
  expect(await cluster.json("/tree")).toEqual({
    admin: ["1"],
    foo: ["bar"],
    n: ["1", "2"],
    path: ["/"],
    spaced: ["a b=c"],
    worker: ["1", "2"],
  });
  const [, tree] = await said(cluster.get("/tree", cluster.controlPort));
  expect(tree).toContain("n\n - 1\n - 2\n");

  // an empty value deletes
  expect(await said(cluster.post("/settags?n=2", "admin=&n=3"))).toEqual([200, "1"]);
  expect(await cluster.json("/tree")).toMatchObject({ admin: ["1"], n: ["1", "3"] });

  // a last word, and an end; nobody else notices
  expect(await said(cluster.post("/close?n=3", "bye"))).toEqual([200, "1"]);
  expect(await other.client.take(1)).toEqual([[12, "$direct", "bye"]]);
  expect(await other.client.closed).toMatchObject({ code: 1000 });
  expect(await said(cluster.post("/close?n=3"))).toEqual([200, "0"]);
  expect(await one.client.ask([2, 1, "add", { x: 1, y: 2 }])).toEqual([3, 1, 3]);
  expect(await said(cluster.post("/send?id=*", "all"))).toEqual([200, "1"]);

  for (const [path, body, error] of [
    ["/send", "x", "Say which connections"],
    ["/send?a=1&a=2", "x", "named twice"],
    [`/send?${"x".repeat(MAX_NAME_LENGTH + 1)}=1`, "x", "is no tag"],
    ["/close", "", "Say which connections"],
    ["/settags?id=*", "id=5", "which nobody sets"],
    ["/settags?id=*", "a=1&a=2", "twice"],
    ["/settags?id=*", "__proto__=1", "__proto__"],
    ["/settags?id=*", "", "has to be tags"],
    ["/send?id=,", "x", "No id"],
  ] as const) {
    const [status, answer] = await said(cluster.post(path, body));
    expect([status, JSON.parse(answer).error]).toEqual([400, expect.stringContaining(error)]);
  }
  expect((await cluster.post("/send?id=*", "{", "application/json")).status).toBe(400);
  expect((await cluster.post("/send?id=*", Uint8Array.of(0xc1), "application/msgpack")).status).toBe(400);
  expect((await cluster.post("/send?id=*", Uint8Array.of(0xff))).status).toBe(400);
  expect((await cluster.post("/send?id=*", "x".repeat(1_048_577))).status).toBe(413);
  expect((await cluster.post("/reload", "x")).status).toBe(413);

  // nothing of all this is to be had where clients connect
  for (const path of ["/send?id=*", "/close?id=*", "/settags?id=*", "/publish?channel=x", "/call?procedure=add"]) {
    expect((await fetch(`http://127.0.0.1:${cluster.port}${path}`, { method: "POST", body: "x" })).status).toBe(404);
  }
  for (const path of ["/status", "/workers", "/tree", "/metrics", "/openapi.json", "/presence?channel=in:x"]) {
    expect((await cluster.get(path)).status).toBe(404);
  }
});

it("a raw connection gets bodies as they are, and is found like any other", async () => {
  const paths = '[{ "path": "/raw", "mode": "raw", "tags": { "kind": "plain" } }]';
  const cluster = await startCluster({ app: APP, env: { PATHS: paths } });
  const client = new WebSocket(`ws://127.0.0.1:${cluster.port}/raw`);
  const heard: unknown[] = [];
  client.on("message", (data: Buffer, binary) => heard.push(binary ? [...data] : data.toString()));
  const ended = new Promise((resolve) => client.once("close", resolve));
  await new Promise((resolve) => client.once("open", resolve));
  expect(await said(cluster.post("/send?kind=plain", '{"a":[ 1 ]}', "application/json"))).toEqual([200, "1"]);
  expect(await said(cluster.post("/send?kind=plain", "a text"))).toEqual([200, "1"]);
  expect(await said(cluster.post("/send?path=/raw", Uint8Array.of(0, 255), "application/octet-stream"))).toEqual([
    200,
    "1",
  ]);
  expect(await said(cluster.post("/settags?kind=plain", "kind=&room=5"))).toEqual([200, "1"]);
  expect(await cluster.json("/status?room=5")).toMatchObject({ connections: [{ path: "/raw", tags: { room: "5" } }] });
  expect(await said(cluster.post("/close?room=5", "bye"))).toEqual([200, "1"]);
  expect([await ended, heard]).toEqual([1000, ['{"a":[ 1 ]}', "a text", [0, 255], "bye"]]);
});

it("back ends publish, call procedures, and see who is in a channel and what was said there", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [one, other] = await placeBoth(cluster);
  for (const { client } of [one, other]) await client.ask([8, 1, "kept:a"]);
  await one.client.ask([8, 2, "in:room", {}]);
  expect(await (await cluster.post("/publish?channel=kept:a", '{"n":1}')).json()).toEqual({ offset: 1 });
  const packed = Uint8Array.of(0x81, 0xa1, 0x6e, 2);
  expect(await (await cluster.post("/publish?channel=kept:a", packed, "application/msgpack")).json()).toEqual({
    offset: 2,
  });
  for (const { client } of [one, other]) {
    expect(await client.take(2)).toEqual([
      [12, "kept:a", { n: 1 }, { offset: 1 }],
      [12, "kept:a", { n: 2 }, { offset: 2 }],
    ]);
  }
  expect(await (await cluster.post("/publish?channel=other", "5")).json()).toEqual({});
  expect(await cluster.json("/history?channel=kept:a&limit=1")).toEqual([{ offset: 2, data: { n: 2 } }]);
  expect(await cluster.json("/history?channel=other")).toMatchObject({ code: "NOT_FOUND" });
  expect(await cluster.json("/presence?channel=in:room")).toEqual([{ connection: expect.any(String) }]);

  const call = async (query: string, body?: string) => {
    const response = await cluster.post(`/call?procedure=${query}`, body);
    return [response.status, await response.json()];
  };
  expect(await call("add", '{"x":1,"y":2}')).toEqual([200, { result: 3 }]);
  // the system may everything; who is somebody may what he may
  expect(await call("mine")).toEqual([200, { result: "the system" }]);
  expect(await call("mine&user=ann")).toEqual([200, { result: "ann" }]);
  expect(await call("mine&user=bob")).toMatchObject([403, { code: "FORBIDDEN" }]);
  expect(await call("count", "3")).toEqual([200, { result: "done", items: [1, 2, 3] }]);
  expect(await call("never&timeoutMs=50")).toMatchObject([504, { code: "TIMEOUT" }]);
  expect(await call("none")).toMatchObject([404, { code: "NOT_FOUND" }]);
  expect(await call("add", "{")).toMatchObject([400, { error: expect.any(String) }]);
  expect(await call("add&timeoutMs=x")).toMatchObject([400, { error: expect.stringContaining("timeoutMs") }]);
  // whoever was called for is gone with the call
  expect(await cluster.json("/tree")).toEqual({ path: ["/"], worker: ["1", "2"] });
  expect(await cluster.json("/procedures")).toContainEqual({ name: "count", streams: true });
});

it("a worker that does not answer is told of, and what the others did is told all the same", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [one, other] = await placeBoth(cluster);
  const workers = await cluster.status();
  const stopped = workers.find(({ pid }) => pid === one.pid)?.worker;
  process.kill(one.pid, "SIGSTOP");
  try {
    const [sent, counted, listed, status] = await Promise.all([
      said(cluster.post("/send?path=/", "who hears?")),
      cluster.json("/close?id=nobody", "POST"),
      said(cluster.get("/status", cluster.controlPort)),
      cluster.json("/status"),
    ]);
    const note = `no answer of worker ${stopped}: what became of it there is not known\n`;
    expect(sent).toEqual([504, `1\n${note}`]);
    expect(await other.client.take(1)).toEqual([[12, "$direct", "who hears?"]]);
    expect(counted).toEqual({ count: 0, silent: [stopped] });
    expect(listed).toEqual([504, expect.stringMatching(`^id=\\S+ worker=\\d[^#]+# ${note}$`)]);
    expect(status).toMatchObject({ connections: [{ path: "/" }], silent: [stopped] });
  } finally {
    process.kill(one.pid, "SIGCONT");
  }
  await eventually(async () => expect(await said(cluster.post("/send?path=/", "again"))).toEqual([200, "2"]));
});
