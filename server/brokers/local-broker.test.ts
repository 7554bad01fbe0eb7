import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import { BusType } from "../bus/bus-type.ts";
import { Link } from "../bus/link.ts";
import type { Uplink } from "../bus/uplink.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import type { BusHub } from "../primary/bus-hub.ts";
import { createBusHub } from "../primary/create-bus-hub.ts";
import { eventually } from "../test/patience.ts";
import type { Broker } from "./broker.ts";
import { createLocalBroker } from "./local-broker.ts";
import { describeBroker } from "./test/broker-suite.ts";
import { connectLocalBroker, type LocalBrokerOptions } from "./test/connect-local-broker.ts";

const BUDGET = 64 * 1024 * 1024;

async function startHub(budget = BUDGET): Promise<BusHub> {
  const { hub } = createBusHub(
    { ...DEFAULT_CONFIG, busBudget: budget },
    {
      stuck: () => expect.unreachable("nobody is stuck"),
      failed: () => expect.unreachable("every connection can be taken"),
    },
  );
  await hub.listen();
  return hub;
}

function connect(hub: BusHub, options: Partial<LocalBrokerOptions> = {}): Promise<Broker> {
  return connectLocalBroker({
    ...hub.address,
    worker: 1,
    budget: BUDGET,
    deliver: () => undefined,
    lost: () => undefined,
    ...options,
  });
}

describeBroker("the local broker", async () => {
  const hub = await startHub();
  const brokers: Broker[] = [];
  return {
    async connect(deliver) {
      const broker = await connect(hub, { worker: brokers.length + 1, deliver });
      brokers.push(broker);
      return broker;
    },
    async close() {
      for (const broker of brokers) broker.close();
      hub.close();
    },
    breakDown: () => hub.close(),
  };
});

describe("the local broker", () => {
  it("takes nothing back that was refused at once, however often that is tried", () => {
    const tell = vi.fn();
    const full = new AppError("OVERLOADED");
    const uplink = { ask: (_type, _channel, _data, answered) => answered(full, undefined), tell } as Partial<Uplink>;
    const broker = createLocalBroker(uplink as Uplink, createPack());
    broker.subscribe("a", () => broker.unsubscribe("a"));
    broker.subscribeFrom("a", { since: undefined, latest: false }, () => broker.unsubscribe("a"));
    expect(tell).not.toHaveBeenCalled();
  });

  it("refuses publications beyond its budget, says when to try again, and takes them once there is room", async () => {
    const hub = await startHub();
    const broker = await connect(hub, { budget: 1_000 });
    const told: unknown[] = [];
    const publish = () => broker.publish("c", Buffer.alloc(600), (error) => void told.push(error ?? "taken"));
    for (let index = 0; index < 4; index++) publish();
    expect(told).toEqual([
      expect.objectContaining({ code: "OVERLOADED", details: { retryAfterMs: 100 } }),
      expect.objectContaining({ code: "OVERLOADED", details: { retryAfterMs: 100 } }),
    ]);
    await eventually(() => expect(told.slice(2)).toEqual(["taken", "taken"]));
    publish();
    await eventually(() => expect(told.slice(2)).toEqual(["taken", "taken", "taken"]));
    broker.close();
    hub.close();
  });

  it("refuses subscriptions beyond its budget as well, while what is no longer wanted can always be taken back", async () => {
    const hub = await startHub();
    const delivered: string[] = [];
    const broker = await connect(hub, { budget: 1_000, deliver: (channel) => void delivered.push(channel) });
    const subscribe = (channel: string) => new Promise((resolve) => broker.subscribe(channel, resolve));
    expect(await subscribe("c")).toBeUndefined();
    for (let index = 0; index < 2; index++) broker.publish("full", Buffer.alloc(600), undefined);
    expect(await subscribe("d")).toMatchObject({ code: "OVERLOADED", details: { retryAfterMs: 100 } });
    broker.unsubscribe("c");
    await eventually(async () => expect(await subscribe("e")).toBeUndefined());
    for (const channel of ["c", "d", "e"]) hub.publish(channel, new Uint8Array(1));
    await eventually(() => expect(delivered).toContain("e"));
    expect(delivered).toEqual(["e"]);
    broker.close();
    hub.close();
  });

  it("does not fill the bus with taking back what was refused", async () => {
    const hub = await startHub();
    const broker = await connect(hub, { budget: 1_000 });
    const taken = vi.spyOn(Link.prototype, "send");
    for (let index = 0; index < 2; index++) broker.publish("full", Buffer.alloc(600), undefined);
    for (let index = 0; index < 100; index++) {
      broker.subscribe(`channel ${index}`, () => undefined);
      broker.unsubscribe(`channel ${index}`);
    }
    const sent = taken.mock.calls.length;
    taken.mockRestore();
    expect(sent).toBe(2);
    broker.close();
    hub.close();
  });

  it("refuses whatever wants an answer where a million wait for theirs already", async () => {
    const hub = await startHub();
    const broker = await connect(hub);
    const ask = (done: (error: unknown) => void) => broker.publish("c", new Uint8Array(), done);
    let refused = 0;
    const count = (error: unknown) => {
      if (error !== undefined) refused++;
    };
    for (let index = 0; index < 1_000_000; index++) ask(count);
    expect(refused).toBe(0);
    const told: unknown[] = [];
    ask((error) => void told.push(error));
    broker.subscribe("c", (error) => void told.push(error));
    expect(told).toEqual([
      expect.objectContaining({ code: "OVERLOADED" }),
      expect.objectContaining({ code: "OVERLOADED" }),
    ]);
    hub.close();
    broker.close();
  });

  it("tells once that the primary is gone, and tells nothing where it was closed itself", async () => {
    const hub = await startHub();
    const lost: string[] = [];
    await connect(hub, { lost: () => void lost.push("left alone") });
    const closed = await connect(hub, { lost: () => void lost.push("closed") });
    closed.close();
    hub.close();
    await eventually(() => expect(lost).toHaveLength(1));
    expect(lost).toEqual(["left alone"]);
  });

  it.each([
    ["comes right behind the welcome", (link: Link) => link.send(BusType.EVENT, 0, "c", Uint8Array.of(1, 2)), ["c 2"]],
    ["is the end, right behind the welcome", (link: Link) => link.end(), ["lost"]],
  ])("misses nothing of what %s", async (_, then, expected) => {
    const path = join(tmpdir(), `fugitive-welcoming-${process.pid}`);
    const server = createServer((socket) => {
      const welcome = () => {
        link.send(BusType.JOINED, 0);
        then(link);
      };
      const link: Link = new Link(socket, { frame: welcome, closed: () => undefined });
    }).listen(path);
    const told: string[] = [];
    const broker = await connectLocalBroker({
      ...{ path, secret: "x", worker: 1, budget: BUDGET },
      deliver: (channel, data) => void told.push(`${channel} ${data.length}`),
      lost: () => void told.push("lost"),
    });
    await eventually(() => expect(told).toEqual(expected));
    broker.close();
    server.close();
  });

  it("rejects, and calls nothing lost, where nobody listens", async () => {
    const lost = vi.fn();
    const options = { worker: 1, secret: "x", budget: BUDGET, deliver: () => undefined, lost };
    const path = join(tmpdir(), `fugitive-nobody-${process.pid}`);
    await expect(connectLocalBroker({ ...options, path })).rejects.toThrow("ENOENT");
    expect(lost).not.toHaveBeenCalled();
  });

  it("rejects, and calls nothing lost, where the primary hangs up on it", async () => {
    const lost = vi.fn();
    const path = join(tmpdir(), `fugitive-refusing-${process.pid}`);
    const server = createServer((socket) => void socket.on("data", () => socket.destroy())).listen(path);
    const options = { worker: 1, secret: "x", budget: BUDGET, deliver: () => undefined, lost };
    await expect(connectLocalBroker({ ...options, path })).rejects.toThrow("refused this socket worker");
    expect(lost).not.toHaveBeenCalled();
    server.close();
  });
});
