import { beforeEach, describe, expect, it } from "vitest";
import { place } from "./sessions/test/workers.ts";
import { startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { FORMATS, type RawClient } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();

/** What ran is written to a file, which outlives whoever ran it: one for each test, whose scope stands before each name. */
const APP = `
  import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
  /** Notes that it ran, and gives the bare name. */
  const ran = (scoped) => {
    const [scope, name] = scoped.split("/");
    appendFileSync("ran-" + scope, name + "\\n");
    return name;
  };
  const gone = async (scoped) => {
    while (!existsSync("go-" + scoped.split("/")[0])) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  export const app = defineApp({
    procedures: {
      count: (scoped) => ({ name: ran(scoped), pid: process.pid }),
      async slow(scoped) {
        const name = ran(scoped);
        await gone(scoped);
        return { name, pid: process.pid };
      },
      async login(scoped, { session }) {
        const name = ran(scoped);
        await gone(scoped);
        session.setUser(name);
        return "welcome";
      },
      whoami: (_, { session }) => session.user ?? null,
      refuse: (scoped) => { ran(scoped); throw Object.assign(new Error("no"), { code: "NO" }); },
      go: (scope) => writeFileSync("go-" + scope, ""),
      ran: (scope) => existsSync("ran-" + scope) ? readFileSync("ran-" + scope, "utf8").trimEnd().split("\\n") : [],
    },
  });`;

let scopes = 0;
let scope: string;
beforeEach(() => {
  scope = `${++scopes}`;
});

const withKey = (id: number, procedure: string, name: string) => [
  ...[2, id, procedure, `${scope}/${name}`],
  { key: name },
];

function call(client: RawClient, procedure: string, name: string): Promise<unknown> {
  return client.ask([2, 7, procedure, `${scope}/${name}`, { key: name }]);
}

/** The names of what ran, as often as it ran. */
async function ran(client: RawClient): Promise<string[]> {
  const [, , names] = (await client.ask([2, 1, "ran", scope])) as [number, number, string[]];
  return names;
}

/** One that sees what ran, and is at no worker that will be killed. */
async function watcher(cluster: Parameters<typeof place>[0], not: number): Promise<RawClient> {
  return (await place(cluster, { not })).client;
}

describe.each(FORMATS)("a call with a key, in a cluster, over %s", (format) => {
  it("that was answered is answered the same by every worker, and after the death of the one that ran it", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { client, pid, welcome: known } = await place(cluster, { format });
    const answers = [await call(client, "count", "a"), await call(client, "refuse", "b")];
    expect(answers).toMatchObject([[3, 7, { name: "a", pid }], { 2: "INTERNAL" }]);
    const other = await place(cluster, { format, known, not: pid });
    expect([await call(other.client, "count", "a"), await call(other.client, "refuse", "b")]).toEqual(answers);
    process.kill(pid, "SIGKILL");
    await cluster.logged(/^a socket worker died/);
    expect([await call(other.client, "count", "a"), await call(other.client, "refuse", "b")]).toEqual(answers);
    expect(await ran(other.client)).toEqual(["a", "b"]);
  });

  it("that still runs is waited for at another worker, though its connection is gone", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { client, pid, welcome: known } = await place(cluster, { format });
    const observer = await watcher(cluster, pid);
    client.send(withKey(1, "slow", "a"));
    await eventually(async () => expect(await ran(observer)).toEqual(["a"]));
    client.destroy();
    const other = await place(cluster, { format, known, not: pid });
    other.client.send([withKey(1, "slow", "a"), withKey(2, "slow", "a")]);
    expect(await other.client.settled()).toEqual([]);
    await observer.ask([2, 1, "go", scope]);
    expect(await other.client.take(2)).toEqual([
      [3, 1, { name: "a", pid }],
      [3, 2, { name: "a", pid }],
    ]);
    expect(await ran(observer)).toEqual(["a"]);
  });

  it("whose worker dies while it runs is not run again, and whoever asks hears that nobody knows", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { client, pid, welcome: known } = await place(cluster, { format });
    const observer = await watcher(cluster, pid);
    client.send(withKey(1, "slow", "a"));
    await eventually(async () => expect(await ran(observer)).toEqual(["a"]));
    const other = await place(cluster, { format, known, not: pid });
    other.client.send(withKey(1, "slow", "a"));
    expect(await other.client.settled()).toEqual([]);
    process.kill(pid, "SIGKILL");
    expect(await other.client.next()).toMatchObject({ 0: 4, 1: 1, 2: "UNAVAILABLE" });
    await observer.ask([2, 1, "go", scope]);
    expect(await call(other.client, "slow", "a")).toMatchObject({ 2: "UNAVAILABLE" });
    expect(await call(other.client, "slow", "b")).toMatchObject([3, 7, { name: "b" }]);
    expect(await ran(observer)).toEqual(["a", "b"]);
  });
});

describe("calls with keys", () => {
  it("log in where the session is, though it was elsewhere when they began", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { client, pid, welcome: known } = await place(cluster);
    const observer = await watcher(cluster, pid);
    client.send(withKey(1, "login", "ada"));
    await eventually(async () => expect(await ran(observer)).toEqual(["ada"]));
    client.destroy();
    const other = await place(cluster, { known, not: pid });
    await observer.ask([2, 1, "go", scope]);
    expect(await call(other.client, "login", "ada")).toEqual([3, 7, "welcome"]);
    expect(await other.client.ask([2, 1, "whoami"])).toEqual([3, 1, "ada"]);
  });

  it("run once at most, however many are under way when their worker is killed", async () => {
    const cluster = await sharedCluster({ app: APP });
    const names = Array.from({ length: 900 }, (_, index) => `call ${index}`);
    const { client, pid, welcome: known } = await place(cluster);
    for (let from = 0; from < names.length; from += 10) {
      client.send(names.slice(from, from + 10).map((name, index) => withKey(from + index, "count", name)));
    }
    const before = await client.take(50);
    process.kill(pid, "SIGKILL");
    await client.closed;
    const next = await place(cluster, { known });
    expect(next.welcome.resumed).toBe(true);
    next.client.send(names.map((name, id) => withKey(id, "count", name)));
    const answers = (await next.client.take(names.length)) as [kind: number, id: number, what: unknown][];
    const answered = answers.filter(([kind]) => kind === 3);
    const lost = answers.filter(([, , what]) => what === "UNAVAILABLE");
    expect(answered.length + lost.length).toBe(names.length);
    // what a client was told stays true
    for (const answer of before) expect(answers).toContainEqual(answer);
    const all = await ran(next.client);
    expect(new Set(all).size).toBe(all.length);
    for (const [, id] of answered) expect(all).toContain(names[id]);
  });

  it("are kept for the window, and run anew after it", async () => {
    const cluster = await startCluster({ app: APP, env: { SESSION_WINDOW_MS: "1", HEARTBEAT_MS: "250" } });
    const { client } = await place(cluster);
    await call(client, "count", "a");
    await eventually(async () => {
      await call(client, "count", "a");
      expect((await ran(client)).length).toBeGreaterThan(1);
    });
  });

  it("take no more than the budget, and the answers of others stay", async () => {
    const cluster = await startCluster({ app: APP, env: { ANSWER_BUDGET: "1048576" } });
    const modest = await place(cluster);
    const greedy = await place(cluster, { not: modest.pid });
    const mine = await call(modest.client, "count", "mine");
    for (let from = 0; from < 10_000; from += 500) {
      greedy.client.send(Array.from({ length: 500 }, (_, id) => [2, id, "$ping", null, { key: `${from + id}` }]));
      await greedy.client.take(500);
    }
    const elsewhere = await place(cluster, { known: modest.welcome, not: modest.pid });
    expect(await call(elsewhere.client, "count", "mine")).toEqual(mine);
    expect(await ran(elsewhere.client)).toEqual(["mine"]);
  });
});
