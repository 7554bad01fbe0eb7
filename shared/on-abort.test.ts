import { setMaxListeners } from "node:events";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Kind } from "./message.ts";
import { onAbort } from "./on-abort.ts";
import { PendingCalls } from "./pending-calls.ts";

describe("a signal that many wait for", () => {
  it("calls each of them once", () => {
    const controller = new AbortController();
    const listeners = Array.from({ length: 30 }, () => vi.fn());
    for (const listener of listeners) onAbort(controller.signal, listener);
    controller.abort();
    expect(listeners.map((listener) => listener.mock.calls.length)).toEqual(Array(30).fill(1));
  });

  it("has one listener, and none when nobody waits any more", () => {
    const { signal } = new AbortController();
    const [added, removed] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    const releases = Array.from({ length: 30 }, () => onAbort(signal, () => {}));
    expect(added).toHaveBeenCalledOnce();
    for (const release of releases.slice(1)) release();
    expect(removed).not.toHaveBeenCalled();
    for (let times = 0; times < 2; times++) releases[0]?.();
    expect(removed).toHaveBeenCalledOnce();
    onAbort(signal, () => {})();
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([2, 2]);
  });

  it("does not call who was released, even by one before it", () => {
    const controller = new AbortController();
    const [first, second] = [vi.fn(() => release()), vi.fn()];
    onAbort(controller.signal, first);
    const release = onAbort(controller.signal, second);
    controller.abort();
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0]);
  });

  it("takes the same function twice, and releases one of the two", () => {
    const controller = new AbortController();
    const listener = vi.fn();
    const release = onAbort(controller.signal, listener);
    onAbort(controller.signal, listener);
    release();
    controller.abort();
    expect(listener).toHaveBeenCalledOnce();
  });

  it("makes Node warn of no leak, be it shared by the calls of many connections", async () => {
    const warnings = vi.fn();
    process.on("warning", warnings);
    onTestFinished(() => void process.off("warning", warnings));
    const controller = new AbortController();
    setMaxListeners(10, controller.signal);
    const rejections: unknown[] = [];
    for (let connection = 0; connection < 20; connection++) {
      const pending = new PendingCalls();
      for (let call = 0; call < 20; call++) {
        const reject = (reason: unknown) => void rejections.push(reason);
        pending.add({ answer: Kind.RESULT, resolve: () => {}, reject, signal: controller.signal });
      }
    }
    // a warning is told in a later turn
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).not.toHaveBeenCalled();
    controller.abort("enough");
    expect(rejections).toEqual(Array(400).fill("enough"));
  });
});
