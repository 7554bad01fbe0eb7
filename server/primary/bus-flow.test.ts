import { createConnection, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AppError } from "../../shared/errors.ts";
import type { Broker } from "../brokers/broker.ts";
import { connectLocalBroker } from "../brokers/test/connect-local-broker.ts";
import { BusType } from "../bus/bus-type.ts";
import { Link } from "../bus/link.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import type { BusHub } from "./bus-hub.ts";
import { createBusHub } from "./create-bus-hub.ts";

const KIB = 1024;
const BUDGET = 1024 * KIB;
const PIECE = Buffer.alloc(16 * KIB, 1);
/** Much more than the budget and all the buffers of the kernel together. */
const MANY = 1_000;

const releases: (() => void)[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const release of releases.splice(0).reverse()) release();
});

async function startHub(budget = BUDGET) {
  const stuck = vi.fn<(worker: number) => void>();
  const { hub } = createBusHub({ ...DEFAULT_CONFIG, busBudget: budget }, { stuck, failed: () => undefined });
  await hub.listen();
  releases.push(() => hub.close());
  return { hub, stuck };
}

async function connect(hub: BusHub, worker: number, deliver: (data: Uint8Array) => void = () => undefined) {
  const broker = await connectLocalBroker({
    ...hub.address,
    worker,
    budget: BUDGET,
    deliver: (_, data) => deliver(data),
    lost: () => undefined,
  });
  releases.push(() => broker.close());
  return broker;
}

function subscribed(broker: Broker, channel: string): Promise<void> {
  return new Promise((resolve) => broker.subscribe(channel, () => resolve()));
}

/** A worker that has subscribed to everything and then reads nothing, until it resumes. */
async function sleeper(hub: BusHub, worker: number): Promise<{ socket: Socket; count: () => number }> {
  const socket = createConnection(hub.address.path);
  let count = 0;
  await new Promise<void>((resolve) => {
    const link = new Link(socket, {
      frame({ type }) {
        if (type === BusType.SUBSCRIBED) resolve();
        if (type === BusType.EVENT) count++;
      },
      closed: () => undefined,
    });
    releases.push(() => link.close());
    link.send(BusType.JOIN, worker, "", Buffer.from(hub.address.secret));
    link.send(BusType.SUBSCRIBE, 1, "*");
  });
  socket.pause();
  return { socket, count: () => count };
}

/** Publishes so often, a few per turn, and tells what became of it. */
async function flood(broker: Broker) {
  const told = { taken: 0, refused: 0, errors: new Set<string>(), retryAfterMs: new Set<unknown>() };
  for (let count = 0; count < MANY; count++) {
    broker.publish("c", PIECE, (error) => {
      if (error === undefined) told.taken++;
      else {
        told.refused++;
        told.errors.add(error.code);
        told.retryAfterMs.add((error.details as { retryAfterMs?: number } | undefined)?.retryAfterMs);
      }
    });
    if (count % 4 === 3) await new Promise((resolve) => setImmediate(resolve));
  }
  return told;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a worker that stops reading", () => {
  it("holds the publishers back until they are refused, costs bounded memory, and gets all that was taken", async () => {
    const { hub, stuck } = await startHub();
    const asleep = await sleeper(hub, 1);
    const publisher = await connect(hub, 2);
    const before = process.memoryUsage().arrayBuffers;
    const told = await flood(publisher);
    expect(told.refused).toBeGreaterThan(MANY / 2);
    expect([...told.errors]).toEqual(["OVERLOADED"]);
    expect([...told.retryAfterMs]).toEqual([100]);
    // the budget on either side, buffers that double, and what the streams hold
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * BUDGET);
    asleep.socket.resume();
    await vi.waitFor(() => expect(told.taken + told.refused).toBe(MANY), 5_000);
    await vi.waitFor(() => expect(asleep.count()).toBe(told.taken), 5_000);
    expect(stuck).not.toHaveBeenCalled();
  });

  it("keeps the others waiting only until it reads again", async () => {
    const { hub } = await startHub();
    const asleep = await sleeper(hub, 1);
    let delivered = 0;
    const subscriber = await connect(hub, 2, () => delivered++);
    await subscribed(subscriber, "other");
    const publisher = await connect(hub, 3);
    await flood(publisher);
    let answered: AppError | undefined | "waiting" = "waiting";
    subscriber.publish("other", PIECE, (error) => {
      answered = error;
    });
    for (let count = 0; count < 20; count++) await turn();
    expect(answered).toBe("waiting");
    asleep.socket.resume();
    await vi.waitFor(() => expect(delivered).toBe(1), 5_000);
    expect(answered).toBeUndefined();
  });

  it("is no reason to wait for any more once it has left", async () => {
    const { hub } = await startHub();
    const asleep = await sleeper(hub, 1);
    const publisher = await connect(hub, 2);
    await flood(publisher);
    asleep.socket.destroy();
    await subscribed(publisher, "c");
  });

  it("holds back those as well who join meanwhile", async () => {
    const { hub } = await startHub();
    const asleep = await sleeper(hub, 1);
    await flood(await connect(hub, 2));
    const late = await connect(hub, 3);
    const told = await flood(late);
    expect(told.refused).toBeGreaterThan(MANY / 2);
    asleep.socket.resume();
    await vi.waitFor(() => expect(told.taken + told.refused).toBe(MANY), 5_000);
  });

  it("is reported, by its number, when it has taken nothing for ten seconds", async () => {
    const { hub, stuck } = await startHub();
    await sleeper(hub, 7);
    const publisher = await connect(hub, 2);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await flood(publisher);
    vi.advanceTimersByTime(9_999);
    expect(stuck).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(stuck.mock.calls).toEqual([[7]]);
  });

  it("is not reported while it goes on reading, however slowly", async () => {
    const { hub, stuck } = await startHub(8 * BUDGET);
    const slow = await sleeper(hub, 7);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    // in one turn, so that all of it would leave as one write
    for (let count = 0; count < 640; count++) hub.publish("c", PIECE);
    for (let read = 64; read <= 640; read += 64) {
      vi.advanceTimersByTime(9_000);
      expect(stuck).not.toHaveBeenCalled();
      slow.socket.resume();
      while (slow.count() < read) await turn();
      slow.socket.pause();
    }
    // it has caught up: nobody waits for it any more
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0), 5_000);
  });

  it("is not reported where it has caught up by then", async () => {
    const { hub, stuck } = await startHub();
    const slow = await sleeper(hub, 7);
    const publisher = await connect(hub, 2);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await flood(publisher);
    const behind = slow.count();
    slow.socket.resume();
    while (slow.count() < behind + 50) await turn();
    while (vi.getTimerCount() > 0) await turn();
    vi.advanceTimersByTime(20_000);
    expect(stuck).not.toHaveBeenCalled();
  });
});
