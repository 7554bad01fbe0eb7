import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BusType } from "../../bus/bus-type.ts";
import { encodeNumbers, readNumber } from "../../bus/numbers.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { type Cable, layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { limitPer, perSecond, type Rate } from "../../rates/rate.ts";
import { type DeskWorker, joinDesk } from "../../rates/test/desk-workers.ts";
import { testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { ConnectCounts } from "../connect-counts.ts";
import { RateDesk } from "../rate-desk.ts";
import { type SharedHost, startSharedHost } from "../test/shared-host.ts";
import { SharedConnects } from "./shared-connects.ts";

let server: RedisServer;
/** The way of the second host to Redis. */
let cable: Cable;
let hosts: [SharedHost, SharedHost];
let desks: [RateDesk, RateDesk];
let workers: [DeskWorker, DeskWorker];
let key = 0;

beforeAll(async () => {
  server = await startRedis();
  cable = await layCable(server.port);
  const prefix = testPrefix();
  hosts = [await startSharedHost(server.url, prefix), await startSharedHost(`redis://127.0.0.1:${cable.port}`, prefix)];
  desks = hosts.map((host) => new RateDesk(host)) as typeof desks;
  workers = desks.map((desk) => joinDesk(desk, 1)[0]) as typeof workers;
});
afterAll(async () => {
  for (const desk of desks) desk.close();
  for (const host of hosts) host.kill();
  await cable.cut();
  await server.end();
});
beforeEach(() => void key++);

/** @returns how long who asks has to wait, in milliseconds */
function take({ uplink }: DeskWorker, rate: Rate, count = 1): Promise<number> {
  return new Promise((resolve, reject) => {
    const data = encodeNumbers([count, rate.intervalMs, rate.burstMs]);
    uplink.ask(BusType.RATE_TAKE, `key ${key}`, data, (error, frame) =>
      frame === undefined ? reject(error) : resolve(readNumber(frame.data, 0)),
    );
  });
}

describe("a rate of a user or an address", () => {
  it("is one on all hosts", async () => {
    const [one, other] = workers;
    const rate = limitPer(4, 60_000);
    for (const worker of [one, other, one, other]) expect(await take(worker, rate)).toBe(0);
    for (const worker of [one, other]) {
      const wait = await take(worker, rate);
      expect(wait).toBeGreaterThan(5_000);
      expect(wait).toBeLessThanOrEqual(15_000);
    }
  });

  it("takes as many as are asked for, or none, and begins anew where it is another one", async () => {
    const [one, other] = workers;
    expect(await take(one, limitPer(10, 60_000), 8)).toBe(0);
    expect(await take(other, limitPer(10, 60_000), 3)).toBeGreaterThan(0);
    expect(await take(other, limitPer(10, 60_000), 2)).toBe(0);
    expect(await take(other, limitPer(11, 60_000), 11)).toBe(0);
  });

  it("is told to those only who do too much of it, and owed no longer than twice what may come at once", async () => {
    const [one, other] = workers;
    const rate = limitPer(10, 60_000);
    const spent = ({ accounts }: DeskWorker, count: number) => {
      const account = accounts.enterUser(`user ${key}`);
      const shared = accounts.rate(account, "calls", rate);
      for (let index = 0; index < count; index++) shared.take(performance.now());
      return shared;
    };
    const [first, second] = [spent(one, 9), spent(other, 9)];
    await eventually(() => {
      // the one that is told of last is over it
      const refusals = [first, second].map((shared) => shared.refusal(performance.now()));
      expect(Math.max(...refusals)).toBeGreaterThan(5_000);
    });
  });

  it("is forgotten by Redis once all of it is there again", async () => {
    const [one] = workers;
    await take(one, perSecond(1_000, 100), 1);
    await eventually(async () => expect(await server.ask("KEYS", `*rate:key ${key}`)).toEqual([]));
    await take(one, limitPer(10, 60_000), 5);
    const [name] = (await server.ask("KEYS", `*rate:key ${key}`)) as Buffer[];
    const left = Number(await server.ask("PTTL", name as Buffer));
    expect(left).toBeGreaterThan(25_000);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  it("is one of each host while Redis cannot be asked", async () => {
    const [, far] = workers;
    const rate = limitPer(2, 60_000);
    await cable.cut();
    await eventually(() => expect(hosts[1].redis.isUp).toBe(false));
    for (const free of [true, true, false]) expect((await take(far, rate)) === 0).toBe(free);
    await cable.mend();
    await eventually(() => expect(hosts[1].redis.isUp).toBe(true));
    expect(await take(far, rate)).toBe(0);
  });
});

describe("connections from an address", () => {
  /** Says that one was made. @returns which were told of as one too many */
  function connect(worker: DeskWorker, most: number, count: number): number[] {
    const tooMany: number[] = [];
    worker.hear(({ type, data }) => {
      expect(type).toBe(BusType.ONE_TOO_MANY);
      tooMany.push(readNumber(data, 1));
    });
    for (let number = 1; number <= count; number++) {
      worker.uplink.tell(BusType.CONNECT, `address ${key}`, encodeNumbers([most, number]));
    }
    return tooMany;
  }
  const disconnect = ({ uplink }: DeskWorker) => uplink.tell(BusType.DISCONNECT, `address ${key}`);
  /** What was asked before has been answered. */
  const settled = (worker: DeskWorker) => take(worker, perSecond(1_000_000, 1_000));
  /** How many Redis counts, without one more. */
  async function counted(): Promise<number> {
    const keys = (await server.ask("KEYS", `*connects:address ${key}`)) as Buffer[];
    if (keys[0] === undefined) return 0;
    const values = (await server.ask("HVALS", keys[0])) as Buffer[];
    return values.reduce((sum, value) => sum + Number.parseInt(value.toString(), 10), 0);
  }

  it("are counted over all hosts, and those that went make room", async () => {
    const [one, other] = workers;
    expect(connect(one, 5, 3)).toEqual([]);
    await eventually(async () => expect(await counted()).toBe(3));
    const tooMany = connect(other, 5, 3);
    await eventually(() => expect(tooMany).toEqual([3]));
    disconnect(other);
    disconnect(one);
    await eventually(async () => expect(await counted()).toBe(4));
    const after = connect(other, 5, 2);
    await eventually(() => expect(after).toEqual([2]));
    for (let count = 0; count < 4; count++) for (const worker of workers) disconnect(worker);
    await eventually(async () => expect(await counted()).toBe(0));
  });

  it("are those of this host while Redis cannot be asked, and counted together after that", async () => {
    const [one, far] = workers;
    connect(one, 10, 2);
    await settled(one);
    await cable.cut();
    await eventually(() => expect(hosts[1].redis.isUp).toBe(false));
    expect(connect(far, 3, 4)).toEqual([4]);
    disconnect(far);
    await cable.mend();
    await eventually(async () => expect(await counted()).toBe(5));
    await server.ask("FLUSHALL");
    for (const type of ["normal", "pubsub"]) await server.ask("CLIENT", "KILL", "TYPE", type);
    await eventually(async () => expect(await counted()).toBe(5));
    for (let count = 0; count < 3; count++) for (const worker of workers) disconnect(worker);
    await eventually(async () => expect(await counted()).toBe(0));
  });

  it("count still where their host has told of them since it was taken for dead", async () => {
    const [, other] = workers;
    connect(other, 10, 2);
    await eventually(async () => expect(await counted()).toBe(2));
    const [{ redis, hosts: known }] = hosts;
    let gone: (host: string) => void = () => undefined;
    const counts = new ConnectCounts();
    const late: Hosts = {
      own: known.own,
      alive: known.alive,
      onGone(told) {
        gone = told;
      },
      onChange: () => undefined,
      onDeclaredDead: () => undefined,
    };
    const connects = new SharedConnects(redis, late, counts);
    onTestFinished(() => connects.close());
    gone(hosts[1].redis.host);
    const own = counts.member();
    own.add(`address ${key}`);
    const sum = await new Promise((resolve) => connects.added(`address ${key}`, (_, all) => resolve(all)));
    expect(sum).toBe(3);
    own.remove(`address ${key}`);
    connects.changed([`address ${key}`]);
    for (let count = 0; count < 2; count++) disconnect(other);
    await eventually(async () => expect(await counted()).toBe(0));
  });

  it("are gone with their worker, and with their host", async () => {
    const [one] = workers;
    const third = await startSharedHost(server.url, hosts[0].prefix);
    const desk = new RateDesk(third);
    const [doomed, lasting] = joinDesk(desk, 2) as [DeskWorker, DeskWorker];
    connect(doomed, 10, 4);
    connect(lasting, 10, 2);
    await eventually(async () => expect(await counted()).toBe(6));
    doomed.kill();
    await eventually(async () => expect(await counted()).toBe(2));
    desk.close();
    third.kill();
    await eventually(() => expect(hosts[0].hosts.alive.has(third.redis.host)).toBe(false));
    await eventually(async () => {
      connect(one, 10, 1);
      await settled(one);
      disconnect(one);
      expect(await counted()).toBeLessThanOrEqual(1);
    });
    await eventually(async () => expect(await counted()).toBe(0));
  });
});
