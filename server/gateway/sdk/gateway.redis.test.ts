import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { eventually } from "../../test/patience.ts";
import { gatewayOver } from "../test/both-sides.ts";
import { startControl } from "../test/control-server.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});
beforeEach(async () => {
  await redis.ask("FLUSHALL");
});

const { openStreams, openGateway, pending } = gatewayOver(() => redis);

describe("a back end that reads from Redis", () => {
  it("hears of a connection's life, from its first event on, and can answer", async () => {
    const { streams, open } = openStreams();
    const one = open("c1", { group: "blue" });
    streams.message(one, "hello", false);
    streams.message(one, new Uint8Array([1, 2]), true);
    streams.closed(one, 1001);
    const control = await startControl(() => [200, "1"]);
    const { gateway, errors } = openGateway({}, { control: control.url });
    const heard: unknown[] = [];
    const objects = new Set<unknown>();
    gateway.on("open", (connection, { seq }) => {
      objects.add(connection);
      heard.push(["open", connection.id, connection.path, connection.tags, seq]);
    });
    gateway.on("message", async (connection, data, { seq }) => {
      objects.add(connection);
      heard.push(["message", typeof data === "string" ? data : [...data], seq]);
      expect(await connection.send(data)).toBe(true);
    });
    gateway.on("close", (connection, code) => void heard.push(["close", objects.has(connection), code]));
    gateway.listen();
    await eventually(() => expect(heard).toHaveLength(4));
    expect(heard).toEqual([
      ["open", "c1", "/chat", { group: "blue" }, 1],
      ["message", "hello", 2],
      ["message", [1, 2], 3],
      ["close", true, 1001],
    ]);
    expect(objects.size).toBe(1);
    expect(control.requests.map(({ url, body }) => [url, ...body])).toEqual([
      ["POST /send?id=c1", ...Buffer.from("hello")],
      ["POST /send?id=c1", 1, 2],
    ]);
    await eventually(async () => expect(await pending()).toBe(0));
    expect(errors).toEqual([]);
  });

  it("handles events of one connection one after the other, and those of others meanwhile", async () => {
    const { streams, open } = openStreams();
    const { gateway } = openGateway();
    const heard: string[] = [];
    const finish = new Map<string, () => void>();
    gateway.on("message", ({ id }, data) => {
      heard.push(`${id} ${data}`);
      return new Promise<void>((resolve) => finish.set(`${id} ${data}`, resolve));
    });
    gateway.listen();
    const [one, two] = [open("1"), open("2")];
    streams.message(one, "a", false);
    streams.message(one, "b", false);
    streams.message(two, "a", false);
    await eventually(() => expect(heard).toEqual(["1 a", "2 a"]));
    // what is not handled is not acknowledged
    expect(await pending()).toBeGreaterThanOrEqual(3);
    finish.get("1 a")?.();
    await eventually(() => expect(heard).toEqual(["1 a", "2 a", "1 b"]));
    for (const end of finish.values()) end();
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it("goes on after an outage, and hears of each event once", async () => {
    const cable = await layCable(redis.port);
    onTestFinished(() => cable.cut());
    const { streams, open } = openStreams();
    const { gateway, errors } = openGateway({ url: `redis://127.0.0.1:${cable.port}` });
    const heard: number[] = [];
    gateway.on("message", async (_, data) => {
      heard.push(Number(data));
    });
    gateway.listen();
    const one = open("1");
    let sent = 0;
    const traffic = setInterval(() => streams.message(one, String(++sent), false), 2);
    onTestFinished(() => clearInterval(traffic));
    for (let round = 1; round <= 3; round++) {
      const before = heard.length;
      await eventually(() => expect(heard.length).toBeGreaterThan(before + 20));
      await cable.cut();
      await eventually(() => expect(errors).toHaveLength(round));
      await cable.mend();
    }
    clearInterval(traffic);
    await eventually(() => expect(heard).toHaveLength(sent));
    expect(heard).toEqual(Array.from({ length: sent }, (_, at) => at + 1));
    expect(errors.map(({ code }) => code)).toEqual(["UNREACHABLE", "UNREACHABLE", "UNREACHABLE"]);
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it("reads several streams, in each of which a connection's events are in order", async () => {
    const { streams, open } = openStreams("events-{shard.2}");
    const { gateway } = openGateway({ stream: ["events-0", "events-1"] });
    const heard = new Map<string, string>();
    gateway.on("message", ({ id }, data) => void heard.set(id, (heard.get(id) ?? "") + data));
    gateway.listen();
    const sources = ["1", "2", "3", "4", "5", "6"].map((id) => open(id));
    for (const text of "abcdef") for (const source of sources) streams.message(source, text, false);
    await eventually(() => expect([...heard.values()].join()).toBe(sources.map(() => "abcdef").join()));
  });

  it("leaves out what is no event", async () => {
    const { gateway, errors } = openGateway();
    gateway.listen();
    await redis.ask("XADD", "events", "*", "connection", "x", "action", "dance");
    await eventually(() => expect(errors.map(({ code }) => code)).toEqual(["EVENT"]));
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it("waits in the end for listeners, and takes nothing more", async () => {
    const { streams, open } = openStreams();
    const stop = new AbortController();
    const { gateway } = openGateway();
    let [began, ended] = [0, 0];
    let finish: (() => void) | undefined;
    gateway.on("open", async () => {
      began++;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      ended++;
    });
    gateway.listen(stop.signal);
    open("1");
    await eventually(() => expect(began).toBe(1));
    stop.abort();
    open("2");
    await eventually(() => expect(streams.counters().redis?.sent).toBe(2));
    finish?.();
    await gateway.close();
    expect([began, ended]).toEqual([1, 1]);
    // done, and told of; the other one was not read, or is pending for whoever comes back under this name
    expect(await pending()).toBeLessThanOrEqual(1);
    const again = openGateway().gateway;
    const heard: string[] = [];
    again.on("open", ({ id }) => void heard.push(id));
    again.listen();
    await eventually(() => expect(heard).toEqual(["2"]));
  });
});
