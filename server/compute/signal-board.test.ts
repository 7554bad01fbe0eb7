import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { SignalBoard } from "./signal-board.ts";

describe("a signal board", () => {
  it("tells of each order whether it is cancelled, and takes no other's word for it", () => {
    const board = SignalBoard.ofSlots(2);
    expect(board.isCancelled(0, 7)).toBe(false);
    board.cancel(0, 7);
    expect(board.isCancelled(0, 7)).toBe(true);
    expect(board.isCancelled(0, 8)).toBe(false);
    expect(board.isCancelled(1, 7)).toBe(false);
    board.begin(0);
    expect(board.isCancelled(0, 8)).toBe(false);
  });

  it("counts what was taken, anew for each order", () => {
    const board = SignalBoard.ofSlots(2);
    board.take(1, 10);
    expect(board.untaken(1, 25)).toBe(15);
    expect(board.untaken(0, 25)).toBe(25);
    board.begin(1);
    expect(board.untaken(1, 25)).toBe(25);
  });

  it("counts beyond 32 bits", () => {
    const board = SignalBoard.ofSlots(1);
    const GIBIBYTE = 2 ** 30;
    let sent = 0;
    for (let times = 0; times < 9; times++) {
      sent += GIBIBYTE + 1;
      expect(board.untaken(0, sent)).toBe(GIBIBYTE + 1);
      board.take(0, GIBIBYTE + 1);
      expect(board.untaken(0, sent)).toBe(0);
    }
    expect(sent).toBeGreaterThan(2 ** 33);
  });

  it.each([
    ["a cancellation", (board: SignalBoard) => board.cancel(0, 1)],
    ["something taken", (board: SignalBoard) => board.take(0, 1)],
    ["a wake", (board: SignalBoard) => board.wake(0)],
  ])("ends the wait for a change: %s", async (_, change) => {
    const board = SignalBoard.ofSlots(2);
    const seen = board.changes(0);
    let over = false;
    const waiting = board.change(0, seen).then(() => {
      over = true;
    });
    board.wake(1);
    await delay(5);
    expect(over).toBe(false);
    change(board);
    await waiting;
    // what changed in between is no reason to wait
    await board.change(0, seen);
    board.block(0, seen);
  });

  it("wakes a thread that stands still", async () => {
    const board = SignalBoard.ofSlots(1);
    const code = `
      const { parentPort, workerData } = require("node:worker_threads");
      parentPort.postMessage("stands still");
      const result = Atomics.wait(workerData, 2, 0, 5_000);
      parentPort.postMessage(result + " " + workerData[0]);`;
    const worker = new Worker(code, { eval: true, workerData: board.words });
    const said: string[] = [];
    await new Promise<void>((resolve) => {
      worker.on("message", (text: string) => {
        said.push(text);
        if (said.length === 1) setTimeout(() => board.cancel(0, 7), 10);
        else resolve();
      });
    });
    expect(said).toEqual(["stands still", expect.stringMatching(/^(ok|not-equal) 7$/)]);
    await worker.terminate();
  });
});
