import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cable, layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { COUNTS_ONLY } from "../../pubsub/presence-bus.ts";
import { testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { PresenceListener } from "../test/presence-listener.ts";
import { type SharedHost, startSharedHost } from "../test/shared-host.ts";
import { WatchingWorker } from "../test/watching-worker.ts";
import { SharedPresence } from "./shared-presence.ts";

const USERS = [undefined, "ada", "bob"];

type Step =
  | readonly ["enter", connection: number, channel: number, user: number, watch: boolean]
  | readonly ["exit" | "unwatch", connection: number, channel: number]
  | readonly ["die", worker: number]
  | readonly ["cut" | "mend", host: number]
  | readonly ["pause", ms: number]
  | readonly ["flush"]
  | readonly ["settle"];

const connection = fc.nat(11);
const channel = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.constant("enter" as const), connection, channel, fc.nat(2), fc.boolean()) },
  { weight: 10, arbitrary: fc.tuple(fc.constant("exit" as const), connection, channel) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("unwatch" as const), connection, channel) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("die" as const), fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("cut" as const), fc.nat(1)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("mend" as const), fc.nat(1)) },
  { weight: 6, arbitrary: fc.tuple(fc.constant("pause" as const), fc.nat(30)) },
  { weight: 1, arbitrary: fc.constant(["flush"] as const) },
  { weight: 2, arbitrary: fc.constant(["settle"] as const) },
);

let server: RedisServer;
const hosts: { cable: Cable; host: SharedHost; keeper: SharedPresence }[] = [];

beforeAll(async () => {
  server = await startRedis();
  const prefix = testPrefix();
  for (let index = 0; index < 2; index++) {
    const cable = await layCable(server.port);
    const host = await startSharedHost(`redis://127.0.0.1:${cable.port}`, prefix);
    hosts.push({
      cable,
      host,
      keeper: new SharedPresence({ ...host, budget: 10_000_000, settleMs: 100, beatMs: 300 }),
    });
  }
});
afterAll(async () => {
  for (const { cable, host, keeper } of hosts) {
    keeper.close();
    host.kill();
    await cable.cut();
  }
  await server.end();
});

let lastRun = 0;

class Run {
  readonly #channels = ["a", "b"].map((name) => `${name}${lastRun}`);
  readonly #cut = new Set<number>();
  readonly #workers = Array.from({ length: 4 }, (_, index) => this.#fork(index));

  async take(one: Step): Promise<void> {
    if (one[0] === "pause") await pause(one[1]);
    else if (one[0] === "flush") await server.ask("FLUSHALL");
    else if (one[0] === "cut") await this.#cutOff(one[1]);
    else if (one[0] === "mend") await this.#mend(one[1]);
    else if (one[0] === "settle") await turn();
    else if (one[0] === "die") this.#die(one[1]);
    else {
      const worker = this.#workers[one[1] % 4] as WatchingWorker;
      const name = this.#channels[one[2] as number] as string;
      if (one[0] === "enter") worker.enter(name, `c${one[1]}`, USERS[one[3] as number], one[4]);
      else if (one[0] === "exit") worker.exit(name, `c${one[1]}`);
      else worker.unwatch(name);
    }
  }

  #die(index: number): void {
    this.#workers[index]?.die();
    this.#check(index);
    this.#workers[index] = this.#fork(index);
  }

  async finish(): Promise<void> {
    for (const index of [0, 1]) await this.#mend(index);
    const observers = hosts.map(({ keeper }) => new PresenceListener(keeper));
    await eventually(async () => {
      expect(this.#workers.map(({ settled }) => settled)).toEqual([true, true, true, true]);
      for (const name of this.#channels) {
        const seats = this.#workers.flatMap((worker) =>
          [...worker.seats].filter(([key]) => key.endsWith(` ${name}`)).map(([, member]) => member),
        );
        const members = [...new Set(seats)].sort();
        for (const observer of observers) {
          expect(await observer.list(name, COUNTS_ONLY)).toEqual({
            connections: seats.length,
            members: members.length,
          });
          expect(((await observer.list(name)) as string[]).sort()).toEqual(members);
        }
        for (const { pictures } of this.#workers) {
          if (pictures.has(name)) expect([...(pictures.get(name) ?? [])].sort()).toEqual(members);
        }
      }
    });
    for (const [index, worker] of this.#workers.entries()) {
      worker.die();
      this.#check(index);
    }
    await eventually(async () => {
      for (const [index, { keeper }] of hosts.entries()) {
        for (const name of this.#channels) expect(await observers[index]?.list(name)).toEqual([]);
        expect([keeper.size, keeper.spent]).toEqual([0, 0]);
      }
    });
  }

  #check(index: number): void {
    expect(this.#workers[index]?.wrong).toEqual([]);
  }

  #fork(index: number): WatchingWorker {
    return new WatchingWorker((hosts[index % 2] as (typeof hosts)[0]).keeper);
  }

  async #cutOff(index: number): Promise<void> {
    if (this.#cut.has(index)) return;
    this.#cut.add(index);
    await hosts[index]?.cable.cut();
  }

  async #mend(index: number): Promise<void> {
    if (this.#cut.delete(index)) await hosts[index]?.cable.mend();
  }
}

it("whoever comes and goes, whatever host is cut off, and whatever Redis forgets: in the end all know who is there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 200, size: "max" }), async (steps) => {
      lastRun++;
      const run = new Run();
      for (const one of steps) await run.take(one);
      await run.finish();
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
