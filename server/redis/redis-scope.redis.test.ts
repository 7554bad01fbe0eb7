import { describe, expect, it, onTestFinished } from "vitest";
import type { AppError } from "../../shared/errors.ts";
import { DEAD_MS } from "../hosts/host-registry.ts";
import { describeEachRedis } from "../links/test/each-redis.ts";
import { startRedis } from "../links/test/redis-server.ts";
import { eventually } from "../test/patience.ts";
import type { Script, SharedRedis } from "./shared-redis.ts";
import { startHost, testPrefix } from "./test/hosts.ts";

const SCRIPT: Script = {
  name: "test",
  source: `
function F.echo(a) return a[1] end
function F.add(a) return redis.call('INCRBY', K .. a[1], a[2]) end
function F.say(a)
  publish(a[1], a[2])
  tell(a[3], 200, a[2])
end
function F.nothing() return false end
function F.wrong() error('it is wrong') end
function F.keys(a) return {K, a[1], {1, 2}} end
`,
};

function run(redis: SharedRedis, name: string, ...args: (string | Uint8Array)[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    redis.run(SCRIPT, "p", name, args, (error, answer) => (error === undefined ? resolve(answer) : reject(error)));
  });
}

function subscribe(redis: SharedRedis, channel: string, heard: string[]): Promise<AppError | undefined> {
  return new Promise((resolve) => {
    redis.subscribe(channel, (data, of) => void heard.push(`${of} ${data}`), resolve);
  });
}

describeEachRedis("what hosts share in", (url) => {
  it("functions give numbers, texts, nothing, and tables of these, in the order in which they are run", async () => {
    const { redis } = await startHost(url(), testPrefix());
    const bytes = Buffer.from([0, 255, 10, 13]);
    const answers = await Promise.all([
      run(redis, "add", "n", "2"),
      run(redis, "add", "n", "3"),
      run(redis, "echo", bytes),
      run(redis, "echo", "ü🦊"),
      run(redis, "nothing"),
    ]);
    expect(answers).toEqual([2, 5, bytes, Buffer.from("ü🦊"), null]);
    const [keys, text, numbers] = (await run(redis, "keys", "x")) as [Buffer, Buffer, number[]];
    expect(String(keys)).toMatch(/\{\d+\}:$/);
    expect([String(text), numbers]).toEqual(["x", [1, 2]]);
  });

  it("a function that fails is logged, and does not keep others from being carried out", async () => {
    const { redis, log } = await startHost(url(), testPrefix());
    const wrong = run(redis, "wrong").catch((error: unknown) => error);
    const right = run(redis, "add", "n", "1");
    expect(await wrong).toMatchObject({ code: "INTERNAL" });
    expect(await right).toBe(1);
    expect(log.join()).toMatch(/failed/);
  });

  it("who throws when it is told something does not keep others from hearing", async () => {
    const { redis, log } = await startHost(url(), testPrefix());
    redis.run(SCRIPT, "p", "add", ["n", "1"], () => {
      throw new Error("on purpose");
    });
    expect(await run(redis, "add", "n", "1")).toBe(2);
    expect(await run(redis, "add", "n", "1")).toBe(3);
    expect(log.join()).toMatch(/could not be taken/);
  });

  it("many calls are carried out in their order, whatever batches they come in", async () => {
    const { redis } = await startHost(url(), testPrefix());
    const answers = await Promise.all(Array.from({ length: 5_000 }, () => run(redis, "add", "n", "1")));
    expect(answers).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  });

  it("channels and patterns are heard by hosts that are subscribed, and by no other", async () => {
    const prefix = testPrefix();
    const [a, b] = await Promise.all([startHost(url(), prefix), startHost(url(), prefix)]);
    const [one, two]: [string[], string[]] = [[], []];
    expect(await subscribe(a.redis, "c:news", one)).toBeUndefined();
    expect(await subscribe(b.redis, "c:a[b]*", two)).toBeUndefined();
    for (const channel of ["c:news", "c:a[b]c", "c:ab", "c:a[b]"]) await run(a.redis, "say", channel, "hi", "nobody");
    await eventually(() => expect([one, two]).toEqual([["c:news hi"], ["c:a[b]c hi", "c:a[b] hi"]]));
    a.redis.unsubscribe("c:news");
    await run(b.redis, "say", "c:news", "late", "nobody");
    expect(await subscribe(a.redis, "c:news", one)).toBeUndefined();
    await run(b.redis, "say", "c:news", "again", "nobody");
    await eventually(() => expect(one.at(-1)).toBe("c:news again"));
  });

  it("whoever subscribes and unsubscribes quickly ends up as he wanted last, and hears everything once", async () => {
    const prefix = testPrefix();
    const { redis } = await startHost(url(), prefix);
    const heard: string[] = [];
    for (const channel of ["c:x", "c:y*"]) {
      for (let round = 0; round < 3; round++) {
        void subscribe(redis, channel, heard);
        redis.unsubscribe(channel);
      }
    }
    await subscribe(redis, "c:other", []);
    for (const channel of ["c:x", "c:y1"]) await run(redis, "say", channel, "nobody", "nobody");
    expect(heard).toEqual([]);
    for (const channel of ["c:x", "c:y*"]) expect(await subscribe(redis, channel, heard)).toBeUndefined();
    for (const channel of ["c:x", "c:y1"]) await run(redis, "say", channel, "hi", "nobody");
    await eventually(() => expect(heard.toSorted()).toEqual(["c:x hi", "c:y1 hi"]));
  });

  it("a host hears what scripts publish, and tell it, in one order", async () => {
    const prefix = testPrefix();
    const [a, b] = await Promise.all([startHost(url(), prefix), startHost(url(), prefix)]);
    const heard: string[] = [];
    b.redis.listen(200, (data) => void heard.push(`told ${data}`));
    await subscribe(b.redis, "c:x", heard);
    const expected: string[] = [];
    for (let index = 0; index < 500; index++) {
      a.redis.run(SCRIPT, "p", "say", ["c:x", String(index), b.redis.host]);
      expected.push(`c:x ${index}`, `told ${index}`);
    }
    await eventually(() => expect(heard).toHaveLength(expected.length));
    expect(heard).toEqual(expected);
  });

  it("what is told to all comes to every host, and what is told to one to no other", async () => {
    const prefix = testPrefix();
    const hosts = await Promise.all([startHost(url(), prefix), startHost(url(), prefix)]);
    const heard: string[][] = [[], []];
    for (const [index, { redis }] of hosts.entries()) redis.listen(7, (data) => void heard[index]?.push(String(data)));
    const [a, b] = hosts;
    a?.redis.tell("*", 7, Buffer.from("all"));
    a?.redis.tell(b?.redis.host ?? "", 7, Buffer.from("b"));
    await eventually(() => expect(heard.map((texts) => texts.toSorted())).toEqual([["all"], ["all", "b"]]));
  });

  it("hosts know one another, and hear of the end of one that says nothing", async () => {
    const prefix = testPrefix();
    const [a, b] = await Promise.all([startHost(url(), prefix), startHost(url(), prefix)]);
    const gone: string[] = [];
    a.hosts.onGone((host) => void gone.push(host));
    await eventually(() => expect([...a.hosts.alive.keys()].sort()).toEqual([a.redis.host, b.redis.host].sort()));
    b.kill();
    await eventually(() => expect(gone).toEqual([b.redis.host]));
    expect([...a.hosts.alive.keys()]).toEqual([a.redis.host]);
  });
});

describe("what hosts share in Redis, while that comes and goes", () => {
  it("fails at once while it is away, and is there again after it", async () => {
    const server = await startRedis();
    onTestFinished(() => server.end());
    const prefix = testPrefix();
    const { redis, hosts } = await startHost(server.url, prefix);
    const told: string[] = [];
    redis.watch({ up: () => void told.push("up"), down: () => void told.push("down") });
    const heard: string[] = [];
    await subscribe(redis, "c:before", heard);
    await server.kill();
    await eventually(() => expect(told).toEqual(["up", "down"]));
    expect(await run(redis, "add", "n", "1").catch((error: unknown) => error)).toMatchObject({ code: "UNAVAILABLE" });
    expect(await subscribe(redis, "c:while", heard)).toMatchObject({ code: "UNAVAILABLE" });
    await server.start();
    await eventually(() => expect(told).toEqual(["up", "down", "up"]));
    expect(await run(redis, "add", "n", "1")).toBe(1);
    for (const channel of ["c:before", "c:while"]) await run(redis, "say", channel, "hi", "nobody");
    await eventually(() => expect(heard).toEqual(["c:before hi", "c:while hi"]));
    let declared = 0;
    hosts.onDeclaredDead(() => void declared++);
    await eventually(async () => {
      await server.ask("FLUSHALL");
      expect(declared).toBeGreaterThan(0);
    });
  });

  it("whose connection for what is published is lost hears of it, and of what is published from then on", async () => {
    const server = await startRedis();
    onTestFinished(() => server.end());
    const { redis } = await startHost(server.url, testPrefix());
    const heard: string[] = [];
    await subscribe(redis, "c:x", heard);
    let downs = 0;
    redis.watch({ down: () => void downs++ });
    await server.ask("CLIENT", "KILL", "TYPE", "pubsub");
    await eventually(() => expect([downs, redis.isUp]).toEqual([1, true]));
    await run(redis, "say", "c:x", "hi", "nobody");
    await eventually(() => expect(heard).toEqual(["c:x hi"]));
  });

  it("takes no host for dead because Redis could not hear any for a while", async () => {
    const server = await startRedis();
    onTestFinished(() => server.end());
    const prefix = testPrefix();
    const hosts = await Promise.all([startHost(server.url, prefix), startHost(server.url, prefix)]);
    await eventually(() => expect(hosts.map(({ hosts: { alive } }) => alive.size)).toEqual([2, 2]));
    const gone: string[] = [];
    for (const host of hosts) host.hosts.onGone((id) => void gone.push(id));
    server.signal("SIGSTOP");
    await new Promise((resolve) => void setTimeout(resolve, DEAD_MS + 500));
    server.signal("SIGCONT");
    for (const { redis } of hosts) await eventually(() => run(redis, "add", "n", "1"));
    await eventually(() => expect(hosts.map(({ hosts: { alive } }) => alive.size)).toEqual([2, 2]));
    expect(gone).toEqual([]);
  });

  it("refuses what a Redis without memory does not take, and takes it again", async () => {
    const server = await startRedis();
    onTestFinished(() => server.end());
    const { redis, log } = await startHost(server.url, testPrefix());
    await server.ask("CONFIG", "SET", "maxmemory", "1");
    expect(await run(redis, "add", "n", "1").catch((error: unknown) => error)).toMatchObject({ code: "UNAVAILABLE" });
    expect(log.join()).toMatch(/refuses/);
    await server.ask("CONFIG", "SET", "maxmemory", "0");
    expect(await run(redis, "add", "n", "1")).toBe(1);
  });

  it("refuses what there is no room for", async () => {
    const server = await startRedis();
    onTestFinished(() => server.end());
    const { redis } = await startHost(server.url, testPrefix(), 1_000);
    const answers = Array.from({ length: 10 }, () =>
      run(redis, "echo", Buffer.alloc(400)).then(
        () => "taken",
        (error: AppError) => error.code,
      ),
    );
    expect((await Promise.all(answers)).filter((answer) => answer === "OVERLOADED").length).toBeGreaterThan(5);
  });
});
