import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Admission } from "./admission.ts";
import type { Connection } from "./connection/connection.ts";
import { Connections } from "./connection/connections.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ORDER = { count: 0, overMs: 0, upTo: 0, forMs: 1_000 };

/** A socket worker's way in, and what it does to its transport; listening takes a moment there. */
async function start(limitMs = 0) {
  const did: string[] = [];
  const connections = new Connections();
  const transport = {
    async listen() {
      did.push("listen");
      await Promise.resolve();
      return 8080;
    },
    stopListening: () => void did.push("stop"),
  };
  const failed = vi.fn();
  const admission = new Admission({ connections, transport, limitMs, others: () => 0, leaving: () => {}, failed });
  expect(await admission.listen()).toBe(8080);
  did.length = 0;
  const connect = () => {
    connections.add({ id: String(connections.size), slot: 0 } as Connection);
    admission.opened();
  };
  return { admission, connect, transport, failed, did };
}

describe("a socket worker", () => {
  it("that makes room takes no connections until it is told to", async () => {
    const { admission, did } = await start();
    await admission.shed(ORDER);
    expect([did, admission.open, admission.ready]).toEqual([["stop"], true, true]);
    await admission.accept();
    await admission.accept();
    expect(did).toEqual(["stop", "listen"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(did).toEqual(["stop", "listen"]);
  });

  it("that is to take some more stops when it has them", async () => {
    const { admission, connect, did } = await start();
    await admission.shed({ ...ORDER, upTo: 2 });
    connect();
    expect(did).toEqual([]);
    connect();
    expect(did).toEqual(["stop"]);
    await admission.accept();
    connect();
    expect(did).toEqual(["stop", "listen"]);
  });

  it("takes connections again by itself where nobody tells it to", async () => {
    const { admission, did } = await start();
    await admission.shed(ORDER);
    await vi.advanceTimersByTimeAsync(999);
    expect(did).toEqual(["stop"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(did).toEqual(["stop", "listen"]);
  });

  it("does what it was told last, however fast that changes", async () => {
    const { admission, did } = await start();
    const orders = [admission.shed(ORDER), admission.accept(), admission.shed(ORDER), admission.accept()];
    await Promise.all(orders);
    expect(did.at(-1)).toBe("listen");
    void admission.accept();
    await Promise.all([admission.shed(ORDER), vi.advanceTimersByTimeAsync(10)]);
    expect(did.at(-1)).toBe("stop");
    expect(did.filter((what) => what === "stop").length - did.filter((what) => what === "listen").length).toBe(1);
  });

  it("says that it cannot listen again", async () => {
    const { admission, transport, failed } = await start();
    await admission.shed(ORDER);
    const error = new Error("taken");
    transport.listen = () => Promise.reject(error);
    await admission.accept();
    expect(failed.mock.calls).toEqual([[error]]);
  });

  it("that ends while others serve welcomes those who have just come, and is ready as long as the host is", async () => {
    const { admission, did } = await start();
    const drained = admission.drain(500);
    expect([did, admission.open, admission.ready]).toEqual([["stop"], true, true]);
    await vi.advanceTimersByTimeAsync(300);
    expect([admission.open, admission.ready]).toEqual([false, true]);
    await admission.accept();
    expect(await admission.shed(ORDER)).toBe(0);
    expect(did).toEqual(["stop"]);
    void admission.drain();
    expect(admission.ready).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
  });

  it("that ends with all others welcomes nobody", async () => {
    const { admission, did } = await start();
    void admission.drain();
    expect([did, admission.open, admission.ready]).toEqual([["stop"], false, false]);
  });
});
