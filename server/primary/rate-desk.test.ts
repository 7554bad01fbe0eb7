import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BusType } from "../bus/bus-type.ts";
import { encodeNumbers, readNumber } from "../bus/numbers.ts";
import { limitPer, perSecond } from "../rates/rate.ts";
import { type DeskWorker, joinDesk } from "../rates/test/desk-workers.ts";
import { RateDesk } from "./rate-desk.ts";
import { RateStore } from "./rate-store.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

describe("what is kept of users and addresses", () => {
  const rate = limitPer(2, 10_000);

  it("is forgotten once all of their rate is there again", () => {
    const store = new RateStore(100);
    store.take("a", rate, 1);
    store.take("b", rate, 1);
    store.take("b", rate, 1);
    vi.advanceTimersByTime(7_000);
    expect(store.size).toBe(1);
    vi.advanceTimersByTime(5_000);
    expect(store.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is bounded, however many addresses somebody has: those are let off that did nothing for longest", () => {
    const store = new RateStore(1_000);
    store.spend("busy", rate, 2);
    for (let count = 0; count < 100_000; count++) {
      store.take(`address ${count}`, rate, 1);
      if (count % 500 === 0) expect(store.take("busy", rate, 1)).toBeGreaterThan(0);
    }
    expect(store.size).toBe(1_000);
    expect(store.take("address 0", rate, 2)).toBe(0);
    expect(store.take("address 99999", rate, 2)).toBeGreaterThan(0);
  });

  it("begins anew where the rate is another one, as of an application that was loaded anew", () => {
    const store = new RateStore(100);
    store.take("a", rate, 2);
    expect(store.take("a", rate, 1)).toBeGreaterThan(0);
    expect(store.take("a", perSecond(5, 1_000), 1)).toBe(0);
  });
});

describe("connections from one address", () => {
  /** @returns whether that was one too many */
  function connect({ uplink, hear }: DeskWorker, address: string, most: number): boolean {
    let tooMany = false;
    hear(({ type, channel, data }) => {
      expect([type, channel, readNumber(data, 1)]).toEqual([BusType.ONE_TOO_MANY, address, 7]);
      expect(readNumber(data, 0)).toBeGreaterThan(0);
      tooMany = true;
    });
    uplink.tell(BusType.CONNECT, address, encodeNumbers([most, 7]));
    return tooMany;
  }
  const setup = () => {
    const desk = new RateDesk();
    return { desk, workers: joinDesk(desk, 2) as [DeskWorker, DeskWorker] };
  };

  it("are counted over all socket workers, and those that went make room", () => {
    const { desk, workers } = setup();
    const [first, second] = workers;
    expect([first, second, first].map((worker) => connect(worker, "a", 3))).toEqual([false, false, false]);
    expect(connect(second, "a", 3)).toBe(true);
    expect(connect(second, "b", 3)).toBe(false);
    for (const worker of [first, second]) worker.uplink.tell(BusType.DISCONNECT, "a");
    expect(connect(second, "a", 3)).toBe(false);
    for (const worker of [first, second, second]) worker.uplink.tell(BusType.DISCONNECT, "a");
    second.uplink.tell(BusType.DISCONNECT, "b");
    expect(desk.connections.size).toBe(0);
  });

  it("are gone with their socket worker", () => {
    const { desk, workers } = setup();
    const [first, second] = workers;
    for (let count = 0; count < 3; count++) connect(first, "a", 4);
    connect(second, "a", 4);
    first.kill();
    expect(desk.connections.of("a")).toBe(1);
    for (let count = 0; count < 3; count++) expect(connect(second, "a", 4)).toBe(false);
    expect(connect(second, "a", 4)).toBe(true);
  });

  it("are not counted below nothing, whatever a worker says", () => {
    const { desk, workers } = setup();
    const [first, second] = workers;
    connect(second, "a", 2);
    for (let count = 0; count < 5; count++) first.uplink.tell(BusType.DISCONNECT, "a");
    expect(desk.connections.of("a")).toBe(1);
  });
});
