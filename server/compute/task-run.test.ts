import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { SignalBoard } from "./signal-board.ts";
import { TaskRun } from "./task-run.ts";

const KIBIBYTE = 1024;

/** A run on a board, whose items are as many bytes as they say. */
function begin(id = 1) {
  const board = SignalBoard.ofSlots(2);
  board.begin(1);
  const sent: number[] = [];
  const run = new TaskRun({
    board,
    slot: 1,
    id,
    send(item) {
      if (typeof item !== "number") throw new TypeError("no number");
      sent.push(item);
      return item;
    },
  });
  return { run, board, sent };
}

describe("a run's signal", () => {
  it("is always the same one, and not aborted at first", () => {
    const { run } = begin();
    expect(run.signal).toBe(run.signal);
    expect(run.signal).toBeInstanceOf(AbortSignal);
    expect(run.signal.aborted).toBe(false);
    expect(() => run.signal.throwIfAborted()).not.toThrow();
  });

  it.each([true, false])("tells at once that nobody waits, asked before: %s", (before) => {
    const { run, board } = begin(5);
    if (before) expect(run.signal.aborted).toBe(false);
    board.cancel(1, 5);
    expect(run.signal.aborted).toBe(true);
    expect(run.signal.reason).toMatchObject({ name: "AppError", code: "CANCELLED" });
    expect(() => run.signal.throwIfAborted()).toThrow(run.signal.reason);
  });

  it("tells its listeners, once, while the task waits for something else", async () => {
    const { run, board } = begin();
    let told = 0;
    run.signal.addEventListener("abort", () => told++);
    board.take(1, 5);
    await nextTurn();
    expect(told).toBe(0);
    board.cancel(1, 1);
    await expect.poll(() => told).toBe(1);
    expect(run.signal.aborted).toBe(true);
    await nextTurn();
    expect(told).toBe(1);
  });

  it("tells its listeners in the middle of a loop that asks", () => {
    const { run, board } = begin();
    let told = 0;
    run.signal.addEventListener("abort", () => told++);
    board.cancel(1, 1);
    expect(run.signal.aborted).toBe(true);
    expect(told).toBe(1);
  });

  it("is not aborted by the cancellation of another run in the same place, nor after its own end", async () => {
    const { run, board } = begin(1);
    const { signal } = run;
    board.cancel(1, 2);
    expect(signal.aborted).toBe(false);
    run.end();
    board.cancel(1, 1);
    await nextTurn();
    expect(signal.aborted).toBe(false);
  });
});

describe("a run's items", () => {
  it("are counted and sent at once while the caller is not far behind", async () => {
    const { run, sent } = begin();
    run.progress(1);
    await run.send(2);
    expect(sent).toEqual([1, 2]);
    expect(run.items).toBe(2);
  });

  it("wait while the caller has much left to take", async () => {
    const { run, board, sent } = begin();
    run.progress(300 * KIBIBYTE);
    const waiting = run.send(1);
    await nextTurn();
    expect(sent).toHaveLength(1);
    board.take(1, 10 * KIBIBYTE);
    await nextTurn();
    board.take(1, 40 * KIBIBYTE);
    await waiting;
    expect(sent).toHaveLength(2);
  });

  it("are refused where nobody waits any more", async () => {
    const { run, board, sent } = begin();
    board.cancel(1, 1);
    expect(() => run.progress(1)).toThrow(expect.objectContaining({ code: "CANCELLED" }));
    await expect(run.send(1)).rejects.toMatchObject({ code: "CANCELLED" });
    expect(sent).toEqual([]);
  });

  it("are refused where nobody waits any more, also while they wait", async () => {
    const { run, board, sent } = begin();
    run.progress(300 * KIBIBYTE);
    const waiting = run.send(1);
    board.cancel(1, 1);
    await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    expect(sent).toHaveLength(1);
  });

  it("that could not be sent do not count", () => {
    const { run } = begin();
    expect(() => run.progress("text")).toThrow("no number");
    expect(run.items).toBe(0);
  });

  it("are nobody's business after the end", async () => {
    const { run, sent } = begin();
    run.end();
    run.progress(1);
    await run.send(1);
    expect(sent).toEqual([]);
    expect(run.items).toBe(0);
  });
});
