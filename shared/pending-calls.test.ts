import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "./errors.ts";
import { Kind } from "./message.ts";
import { type PendingCall, PendingCalls } from "./pending-calls.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function waiter(options: Omit<Partial<PendingCall>, "resolve" | "reject" | "gaveUp"> = {}) {
  const ends = { resolve: vi.fn(), reject: vi.fn(), gaveUp: vi.fn() };
  return { answer: Kind.RESULT, ...options, ...ends } satisfies PendingCall;
}

describe("ids", () => {
  it("wrap around after the largest of 32 bits", () => {
    const pending = new PendingCalls(0xffff_ffff);
    expect([pending.add(waiter()), pending.add(waiter())]).toEqual([0xffff_ffff, 0]);
  });

  it("that are in use are skipped", () => {
    const pending = new PendingCalls(0, 3);
    for (let id = 0; id <= 3; id++) pending.add(waiter());
    pending.resolve(2, undefined);
    expect(pending.add(waiter())).toBe(2);
  });
});

describe("an answer", () => {
  it("resolves who waits for it, once", () => {
    const pending = new PendingCalls();
    const call = waiter();
    const id = pending.add(call);
    expect(pending.settle([Kind.RESULT, id, 7])).toBe(true);
    expect(pending.settle([Kind.RESULT, id, 8])).toBe(false);
    expect(call.resolve.mock.calls).toEqual([[7]]);
    expect(pending.size).toBe(0);
  });

  it("that is an ERROR rejects with the other side's code, message and details", () => {
    const pending = new PendingCalls();
    const call = waiter();
    pending.settle([Kind.ERROR, pending.add(call), "SOLD_OUT", "Too late.", { show: 12 }]);
    expect(call.reject).toHaveBeenCalledWith(new AppError("SOLD_OUT", "Too late.", { show: 12 }));
    expect(call.gaveUp).not.toHaveBeenCalled();
  });

  it("of another kind than awaited changes nothing", () => {
    const pending = new PendingCalls();
    const call = waiter({ answer: Kind.ACK });
    const id = pending.add(call);
    expect(pending.settle([Kind.RESULT, id, 1])).toBe(false);
    expect(pending.settle([Kind.CHUNK, id, 1])).toBe(false);
    expect(pending.settle([Kind.ACK, id, { offset: 3 }])).toBe(true);
    expect(call.resolve.mock.calls).toEqual([[{ offset: 3 }]]);
  });

  it("comes after its items", () => {
    const pending = new PendingCalls();
    const seen: unknown[] = [];
    const call = waiter({ item: (item) => seen.push(item) });
    call.resolve.mockImplementation((last) => seen.push(last));
    const id = pending.add(call);
    pending.settle([Kind.CHUNK, id, 1]);
    pending.settle([Kind.CHUNK, id, 2]);
    pending.settle([Kind.RESULT, id, "end"]);
    expect(seen).toEqual([1, 2, "end"]);
  });

  it("is still to come where a queue acknowledged the call", () => {
    const pending = new PendingCalls();
    const acknowledged = vi.fn();
    const call = waiter({ acknowledged });
    const id = pending.add(call);
    expect(pending.settle([Kind.ACK, id, { job: "job-1" }])).toBe(true);
    expect(acknowledged.mock.calls).toEqual([[id, { job: "job-1" }]]);
    expect(call.resolve).not.toHaveBeenCalled();
    pending.settle([Kind.RESULT, id, "done"]);
    expect(call.resolve).toHaveBeenCalledWith("done");
  });
});

describe("a timeout", () => {
  it("rejects, and lets the other side be told", () => {
    const pending = new PendingCalls();
    const call = waiter({ timeoutMs: 100 });
    const id = pending.add(call);
    vi.advanceTimersByTime(99);
    expect(call.reject).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(call.reject).toHaveBeenCalledWith(expect.objectContaining({ code: "TIMEOUT" }));
    expect(call.gaveUp).toHaveBeenCalledWith(id);
    expect(pending.settle([Kind.RESULT, id, 1])).toBe(false);
  });

  it("leaves no timer behind once there is an answer", () => {
    const pending = new PendingCalls();
    pending.settle([Kind.RESULT, pending.add(waiter({ timeoutMs: 100 })), 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("can end with the first item", () => {
    const pending = new PendingCalls();
    const call = waiter({ timeoutMs: 100, timeoutEndsAtItem: true });
    pending.settle([Kind.CHUNK, pending.add(call), 1]);
    vi.advanceTimersByTime(1_000);
    expect(call.reject).not.toHaveBeenCalled();
  });

  it("that can end with the first item ends as well where a queue has the call", () => {
    const pending = new PendingCalls();
    const calls = [waiter({ timeoutMs: 100, timeoutEndsAtItem: true }), waiter({ timeoutMs: 100 })];
    for (const call of calls) pending.settle([Kind.ACK, pending.add(call)]);
    vi.advanceTimersByTime(1_000);
    expect(calls.map((call) => call.reject.mock.calls.length)).toEqual([0, 1]);
  });

  it("beyond what a timer can hold is none", () => {
    const pending = new PendingCalls();
    pending.add(waiter({ timeoutMs: 2 ** 31 }));
    pending.add(waiter({ timeoutMs: Number.POSITIVE_INFINITY }));
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, -1, Number.NaN])("of %d is refused", (timeoutMs) => {
    const pending = new PendingCalls();
    expect(() => pending.add(waiter({ timeoutMs }))).toThrow(RangeError);
    expect(pending.size).toBe(0);
  });
});

describe("a signal", () => {
  it("rejects with its reason, and lets the other side be told", () => {
    const pending = new PendingCalls();
    const controller = new AbortController();
    const call = waiter({ signal: controller.signal });
    const id = pending.add(call);
    controller.abort("enough");
    expect(call.reject).toHaveBeenCalledWith("enough");
    expect(call.gaveUp).toHaveBeenCalledWith(id);
  });

  it("that aborted before throws its reason at once", () => {
    const pending = new PendingCalls();
    expect(() => pending.add(waiter({ signal: AbortSignal.abort(new Error("too late")) }))).toThrow("too late");
    expect(pending.size).toBe(0);
  });

  it("is let go of once there is an answer", () => {
    const pending = new PendingCalls();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    pending.settle([Kind.RESULT, pending.add(waiter({ signal })), 1]);
    expect(removed).toHaveBeenCalledOnce();
  });
});

it("some tells whether there is a wait of which something holds", () => {
  const pending = new PendingCalls();
  const id = pending.add(waiter());
  pending.add(waiter({ answer: Kind.ACK }));
  expect(pending.some((_, { answer }) => answer === Kind.ACK)).toBe(true);
  expect(pending.some((other) => other === id)).toBe(true);
  pending.drop(id);
  expect(pending.some((other) => other === id)).toBe(false);
});

describe("rejectAll", () => {
  it("ends every wait, or those that are picked, and tells nobody", () => {
    const pending = new PendingCalls();
    const calls = [waiter(), waiter(), waiter()];
    const ids = calls.map((call) => pending.add(call));
    const error = new Error("gone");
    pending.rejectAll(error, (id) => id === ids[1]);
    expect(calls.map((call) => call.reject.mock.calls.length)).toEqual([0, 1, 0]);
    pending.rejectAll(error);
    expect(calls.map((call) => call.reject.mock.calls)).toEqual([[[error]], [[error]], [[error]]]);
    expect(calls.some((call) => call.gaveUp.mock.calls.length > 0)).toBe(false);
    expect(pending.size).toBe(0);
  });
});
