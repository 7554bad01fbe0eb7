import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Cable, layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { COUNTS_ONLY, NO_ROOM, NOT_NOW } from "../../pubsub/presence-bus.ts";
import { testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { PresenceListener } from "../test/presence-listener.ts";
import { startSharedHost } from "../test/shared-host.ts";
import { SharedPresence, type SharedPresenceOptions } from "./shared-presence.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

async function startKeeper(url: string, prefix: string, options: Partial<SharedPresenceOptions> = {}) {
  const host = await startSharedHost(url, prefix);
  const keeper = new SharedPresence({ ...host, budget: 10_000_000, settleMs: 300, ...options });
  const kill = () => {
    keeper.close();
    host.kill();
  };
  onTestFinished(kill);
  return { keeper, host, kill, asker: new PresenceListener(keeper) };
}

/** Two hosts, the second of which can be cut off. */
async function startTwo(options: Partial<SharedPresenceOptions> = {}) {
  const prefix = testPrefix();
  const cable: Cable = await layCable(server.port);
  onTestFinished(() => cable.cut());
  const near = await startKeeper(server.url, prefix, options);
  const far = await startKeeper(`redis://127.0.0.1:${cable.port}`, prefix, options);
  return { near, far, cable, prefix };
}

/** What somebody has who was told a list and then news; it fails where a news contradicts what came before. */
function pictureOf(list: unknown, news: readonly string[]): string[] {
  const picture = new Set(list as string[]);
  for (const one of news) {
    const [change, , member = ""] = one.split(" ");
    expect([one, picture.has(member)]).toEqual([one, change === "leave"]);
    if (change === "join") picture.add(member);
    else picture.delete(member);
  }
  return [...picture].sort();
}

it("who is refused, and has asked again before that was said, is in where the second answer says so", async () => {
  const { keeper, asker } = await startKeeper(server.url, testPrefix(), { mostSeats: 1 });
  expect(await asker.enter("c", "first")).toBe("");
  const refused = asker.enter("c", "second");
  asker.exit("c", "first");
  const accepted = asker.enter("c", "second");
  expect([await refused, await accepted]).toEqual([NO_ROOM, ""]);
  expect(await asker.list("c")).toEqual(["second"]);
  asker.exit("c", "second");
  expect(await asker.list("c")).toEqual([]);
  expect(keeper.size).toBe(0);
});

describe("a host that is gone", () => {
  it("takes its connections along, and each is told of once, though all others find out", async () => {
    const { near, far, prefix } = await startTwo();
    const third = await startKeeper(server.url, prefix);
    await near.asker.enter("c", "near", { user: "ada", watch: true });
    await third.asker.enter("c", "third", { watch: true });
    const ids = Array.from({ length: 250 }, (_, index) => `f${index}`);
    await Promise.all([...ids.map((id) => far.asker.enter("c", id)), far.asker.enter("c", "f", { user: "ada" })]);
    await Promise.all(ids.map((id) => far.asker.enter(`other:${id}`, id)));
    await eventually(() => expect(near.asker.news).toHaveLength(251));
    near.asker.news.length = 0;
    third.asker.news.length = 0;
    far.kill();
    await eventually(async () =>
      expect(await near.asker.list("c", COUNTS_ONLY)).toEqual({ connections: 2, members: 2 }),
    );
    await eventually(async () => {
      for (const id of ids) expect(await near.asker.list(`other:${id}`)).toEqual([]);
    });
    await third.asker.list("c");
    for (const { asker } of [near, third]) {
      expect(asker.news.toSorted()).toEqual(ids.map((id) => `leave c ${id}`).toSorted());
    }
    expect(await near.asker.list("c")).toEqual(["ada", "third"]);
  });

  it("takes them along as well where nobody saw it go", async () => {
    const prefix = testPrefix();
    const ghost = await startKeeper(server.url, prefix);
    for (const id of ["1", "2"]) await ghost.asker.enter("c", id);
    ghost.kill();
    await server.ask("DEL", `${prefix}{0}:hosts`);
    const { asker, host } = await startKeeper(server.url, prefix, { beatMs: 100 });
    expect(host.hosts.alive.size).toBe(1);
    await asker.enter("c", "3", { watch: true });
    expect(await asker.list("c")).toEqual(["1", "2", "3"]);
    await eventually(async () => expect(await asker.list("c")).toEqual(["3"]));
    expect(asker.news.toSorted()).toEqual(["leave c 1", "leave c 2"]);
  });

  it("and lives after all, is there again with all of its own", async () => {
    const { near, far, cable } = await startTwo();
    await near.asker.enter("c", "near", { watch: true });
    await far.asker.enter("c", "far");
    await cable.cut();
    await eventually(() => expect(near.asker.news).toEqual(["join c far", "leave c far"]));
    await cable.mend();
    await eventually(() => expect(near.asker.news).toEqual(["join c far", "leave c far", "join c far"]));
    expect(await near.asker.list("c")).toEqual(["near", "far"]);
    expect(await far.asker.list("c")).toEqual(["near", "far"]);
  });
});

describe("a host that cannot ask for a while", () => {
  it("lets nobody in, and says so; who is in stays, and may leave or be somebody else", async () => {
    const { near, far, cable } = await startTwo();
    for (const id of ["1", "2", "3"]) await far.asker.enter("c", id);
    await near.asker.enter("c", "near", { watch: true });
    await cable.cut();
    await eventually(() => expect(far.host.redis.isUp).toBe(false));
    expect(await far.asker.enter("c", "4")).toBe(NOT_NOW);
    expect(await far.asker.list("c")).toBe(NOT_NOW);
    expect(await far.asker.enter("c", "1", { user: "ada" })).toBe("");
    expect(await far.asker.watch("c", "1")).toBe("");
    far.asker.exit("c", "2");
    await cable.mend();
    await eventually(async () => expect(await near.asker.list("c")).toEqual(expect.arrayContaining(["ada"])));
    await eventually(async () => {
      expect(((await near.asker.list("c")) as string[]).toSorted()).toEqual(["3", "ada", "near"]);
    });
    expect(pictureOf(["1", "2", "3", "near"], near.asker.news)).toEqual(["3", "ada", "near"]);
    // it began to watch when it was not known who is there
    await eventually(() => expect(pictureOf([], far.asker.news)).toEqual(["3", "ada", "near"]));
    await near.asker.enter("c", "5");
    await eventually(() => expect(far.asker.news.at(-1)).toBe("join c 5"));
  });

  it("tells who watches what has changed meanwhile, and nothing else", async () => {
    const { near, far, cable } = await startTwo();
    for (const id of ["1", "2", "3"]) await near.asker.enter("c", id);
    await far.asker.enter("c", "far", { watch: true });
    const list = await far.asker.list("c");
    await cable.cut();
    near.asker.exit("c", "2");
    await near.asker.enter("c", "4");
    await near.asker.enter("c", "5");
    near.asker.exit("c", "5");
    await cable.mend();
    await eventually(() => expect(pictureOf(list, far.asker.news)).toEqual(["1", "3", "4", "far"]));
    expect(far.asker.news.filter((news) => !news.endsWith(" far"))).toEqual(["leave c 2", "join c 4"]);
    expect(((await far.asker.list("c")) as string[]).toSorted()).toEqual(["1", "3", "4", "far"]);
  });
});

describe("a Redis that forgets", () => {
  it.each([
    ["all, while hosts are connected", 1_500, async () => void (await server.ask("FLUSHALL"))],
    // sooner than hosts find that out by themselves
    ["all, just before it is asked who is there", 600, async () => void (await server.ask("FLUSHALL"))],
    [
      "all, as it is started anew",
      1_500,
      async () => {
        await server.ask("FLUSHALL");
        await server.kill();
        await server.start();
      },
    ],
    [
      "who asked it",
      1_500,
      async () => {
        for (const type of ["normal", "pubsub"]) await server.ask("CLIENT", "KILL", "TYPE", type);
      },
    ],
  ])("%s, is told again, and those who watch have heard nothing wrong", async (_, settleMs, forget) => {
    const { near, far } = await startTwo({ settleMs });
    const ids = Array.from({ length: 120 }, (_, index) => `${index}`);
    for (const { asker } of [near, far]) await asker.enter("c", asker === near.asker ? "near" : "far", { watch: true });
    await Promise.all(ids.map((id) => (Number(id) % 3 === 0 ? near : far).asker.enter("c", id, { user: `u${id}` })));
    const all = ["near", "far", ...ids.map((id) => `u${id}`)].sort();
    await eventually(async () => expect(await near.asker.list("c", COUNTS_ONLY)).toMatchObject({ members: 122 }));
    const before: unknown[] = [];
    for (const { asker } of [near, far]) {
      before.push(await asker.list("c"));
      asker.news.length = 0;
    }
    await forget();
    far.asker.exit("c", "1");
    near.asker.exit("c", "0");
    const rest = all.filter((member) => member !== "u0" && member !== "u1");
    await eventually(async () => {
      for (const [index, { asker }] of [near, far].entries()) {
        expect(((await asker.list("c")) as string[]).toSorted()).toEqual(rest);
        expect(await asker.list("c", COUNTS_ONLY)).toEqual({ connections: 122 - 2, members: 122 - 2 });
        expect(pictureOf(before[index], asker.news)).toEqual(rest);
      }
    });
    for (const { asker } of [near, far]) expect(asker.news.toSorted()).toEqual(["leave c u0", "leave c u1"]);
    for (const { asker } of [near, far]) asker.die();
    for (const { keeper } of [near, far]) await eventually(() => expect([keeper.size, keeper.spent]).toEqual([0, 0]));
  });

  it("nothing, keeps nothing for ever", async () => {
    const { near, far } = await startTwo();
    await near.asker.enter("c", "1", { watch: true });
    await far.asker.enter("d", "2");
    await near.asker.list("c");
    for (const key of (await server.ask("KEYS", "*presence:*")) as Buffer[]) {
      expect([String(key), Number(await server.ask("PTTL", key)) > 0]).toEqual([String(key), true]);
    }
  });
});

describe("limits", () => {
  it("refuse who comes where a channel, or what this host may keep, is full; who is in stays", async () => {
    const { near, far } = await startTwo({ mostSeats: 3, budget: 10_000 });
    for (const [id, { asker }] of [near, far, near].entries()) expect(await asker.enter("c", `${id}`)).toBe("");
    for (const { asker } of [near, far]) expect(await asker.enter("c", "more")).toBe("!");
    expect(await far.asker.enter("c", "1", { user: "ada" })).toBe("");
    near.asker.exit("c", "0");
    await eventually(async () => expect(await far.asker.enter("c", "more")).toBe(""));
    const refusals: string[] = [];
    for (let index = 0; index < 40; index++) refusals.push(await near.asker.enter(`d${index}`, "1"));
    expect([refusals[0], refusals.at(-1)]).toEqual(["", "!"]);
    expect(near.keeper.spent).toBeLessThan(10_000);
  });
});
