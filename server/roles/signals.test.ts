import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { endOnSignals } from "./signals.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A process that ends on signals, and the listener it has for them: vitest has its own ones. */
function start(end: () => Promise<void> = () => new Promise(() => {}), terminals: boolean[] = [false]) {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const [kill, info, error] = [vi.fn(), vi.fn(), vi.fn()];
  const before = process.listeners("SIGINT");
  const reload = vi.fn();
  const atTerminal = () => terminals.shift() ?? false;
  const exitWithoutTerminal = vi.fn();
  const hooks = { end: vi.fn(end), kill, reload, atTerminal, exitWithoutTerminal, log: { info, error } };
  const hangups = process.listeners("SIGHUP");
  const stop = endOnSignals(hooks);
  onTestFinished(stop);
  const [signal] = process.listeners("SIGINT").filter((listener) => !before.includes(listener));
  const send = (name: NodeJS.Signals) => signal?.(name);
  const [hangup] = process.listeners("SIGHUP").filter((listener) => !hangups.includes(listener));
  const hangUp = () => hangup?.("SIGHUP");
  return { send, hangUp, stop, exit, exitWithoutTerminal, kill, reload, end: hooks.end, info, error };
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

  it.each([
    ["without a terminal", [false]],
    ["at a terminal that is there", [true, true]],
  ])("SIGHUP %s is for new code, every time", (_, terminals) => {
    const { hangUp, end, reload } = start(undefined, [...terminals, ...terminals.slice(1)]);
    hangUp();
    hangUp();
    expect(reload).toHaveBeenCalledTimes(2);
    expect(end).not.toHaveBeenCalled();
  });

  it("SIGHUP of a terminal that is gone ends in order, and is no second signal where it comes twice", () => {
    const { hangUp, end, kill, reload } = start(undefined, [true, false]);
    hangUp();
    vi.advanceTimersByTime(5_000);
    hangUp();
    expect(end).toHaveBeenCalledTimes(1);
    expect(kill).not.toHaveBeenCalled();
    expect(reload).not.toHaveBeenCalled();
  });

  it("SIGHUP of a terminal that is gone does not end by an exit that asks for the terminal", async () => {
    const { hangUp, exit, exitWithoutTerminal } = start(async () => undefined, [true, false, false]);
    hangUp();
    await vi.waitFor(() => expect(exitWithoutTerminal).toHaveBeenCalledTimes(1));
    expect(exit).not.toHaveBeenCalled();
  });

  it("SIGHUP changes nothing about an end", () => {
    const { send, hangUp, kill, reload } = start();
    send("SIGTERM");
    vi.advanceTimersByTime(5_000);
    hangUp();
    expect(kill).not.toHaveBeenCalled();
    expect(reload).not.toHaveBeenCalled();
  });

  it("is nobody's business any more once that was undone", () => {
    const count = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
    const before = count();
    const { stop } = start();
    stop();
    expect(count()).toEqual(before);
  });
});
