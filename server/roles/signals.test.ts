import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { endOnSignals } from "./signals.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A process that ends on signals, and the listener it has for them: vitest has its own ones. */
function start(end: () => Promise<void> = () => new Promise(() => {})) {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const [kill, info, error] = [vi.fn(), vi.fn(), vi.fn()];
  const before = process.listeners("SIGINT");
  const hooks = { end: vi.fn(end), kill, log: { info, error } };
  const stop = endOnSignals(hooks);
  onTestFinished(stop);
  const [signal] = process.listeners("SIGINT").filter((listener) => !before.includes(listener));
  const send = (name: NodeJS.Signals) => signal?.(name);
  return { send, stop, exit, kill, end: hooks.end, info, error };
}

describe("a signal", () => {
  it("ends in order, and then the process", async () => {
    const { send, end, exit, kill } = start(async () => undefined);
    send("SIGTERM");
    expect(end).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(exit.mock.calls).toEqual([[0]]));
    expect(kill).not.toHaveBeenCalled();
  });

  it("ends the process even where the order fails", async () => {
    const { send, exit, error } = start(() => Promise.reject(new Error("stuck")));
    send("SIGTERM");
    await vi.waitFor(() => expect(exit.mock.calls).toEqual([[1]]));
    expect(error).toHaveBeenCalledTimes(1);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("followed by %s within a second is the same one", (second) => {
    const { send, end, exit, kill, info } = start();
    send("SIGINT");
    send(second);
    vi.advanceTimersByTime(999);
    send(second);
    expect(end).toHaveBeenCalledTimes(1);
    expect(kill).not.toHaveBeenCalled();
    expect(exit).not.toHaveBeenCalled();
    expect(info.mock.calls).toEqual([["SIGINT: ending; once more, after a second or later, to end at once"]]);
  });

  it("that comes a second later ends at once", () => {
    const { send, end, exit, kill } = start();
    send("SIGINT");
    vi.advanceTimersByTime(1_000);
    exit.mockImplementation(() => {
      throw new Error("nothing comes after this");
    });
    expect(() => send("SIGINT")).toThrow("nothing comes after this");
    expect(end).toHaveBeenCalledTimes(1);
    expect(kill).toHaveBeenCalledTimes(1);
    expect(exit.mock.calls).toEqual([[1]]);
  });

  it("is nobody's business any more once that was undone", () => {
    const before = process.listenerCount("SIGINT") + process.listenerCount("SIGTERM");
    const { stop } = start();
    stop();
    expect(process.listenerCount("SIGINT") + process.listenerCount("SIGTERM")).toBe(before);
  });
});
