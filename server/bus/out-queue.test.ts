import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { OutQueue } from "./out-queue.ts";

/** A stream that takes one write at a time, and only when it is told to. */
class SlowStream extends Duplex {
  readonly writes: Buffer[] = [];
  #taken: (() => void) | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.writes.push(Buffer.from(chunk));
    this.#taken = () => done();
  }

  /** The kernel has taken the last write. */
  async accept(): Promise<void> {
    const taken = this.#taken;
    this.#taken = undefined; // the next write may come from within
    taken?.();
    await nextTurn();
  }
}

function setup() {
  const stream = new SlowStream();
  const unsentAtDrain: number[] = [];
  const queue: OutQueue = new OutQueue(stream, () => unsentAtDrain.push(queue.unsent));
  const send = (text: string) => {
    queue.reserve(text.length);
    queue.buffer.write(text, queue.at, "latin1");
    queue.commit(queue.at + text.length);
  };
  const texts = () => stream.writes.map((write) => write.toString("latin1"));
  return { stream, queue, send, texts, unsentAtDrain };
}

describe("OutQueue", () => {
  it("writes nothing within the turn, and all of the turn at once", async () => {
    const { send, texts } = setup();
    for (let index = 0; index < 1_000; index++) send("ab");
    expect(texts()).toEqual([]);
    await nextTurn();
    expect(texts()).toEqual(["ab".repeat(1_000)]);
  });

  it("gathers while a write is on its way, over any number of turns, and then writes once", async () => {
    const { stream, send, texts } = setup();
    send("first");
    await nextTurn();
    for (let turn = 0; turn < 5; turn++) {
      send(String(turn));
      await nextTurn();
    }
    expect(texts()).toEqual(["first"]);
    await stream.accept();
    expect(texts()).toEqual(["first", "01234"]);
    await stream.accept();
    send("last");
    await nextTurn();
    expect(texts()).toEqual(["first", "01234", "last"]);
  });

  it("counts what was not taken yet, gathered or on its way, down to nothing", async () => {
    const { stream, queue, send, unsentAtDrain } = setup();
    expect(queue.unsent).toBe(0);
    send("12345");
    expect(queue.unsent).toBe(5);
    await nextTurn();
    send("678");
    expect(queue.unsent).toBe(8);
    await stream.accept();
    expect(queue.unsent).toBe(3);
    await stream.accept();
    expect(queue.unsent).toBe(0);
    expect(unsentAtDrain).toEqual([3, 0]);
  });

  it("says when what was sent so far has been taken, to each who asked, and no sooner", async () => {
    const { stream, queue, send } = setup();
    const told: string[] = [];
    queue.whenSent(() => told.push("nothing"));
    send("1");
    queue.whenSent(() => told.push("first"));
    await nextTurn();
    queue.whenSent(() => told.push("on its way"));
    send("2");
    queue.whenSent(() => told.push("second"));
    await nextTurn();
    expect(told).toEqual(["nothing"]);
    await stream.accept();
    expect(told).toEqual(["nothing", "first", "on its way"]);
    await stream.accept();
    expect(told).toEqual(["nothing", "first", "on its way", "second"]);
  });

  it("says nothing of what was never taken", async () => {
    const { stream, queue, send } = setup();
    const told: string[] = [];
    send("1");
    queue.whenSent(() => told.push("lost"));
    await nextTurn();
    stream.on("error", () => undefined);
    stream.destroy(new Error("gone"));
    await nextTurn();
    await stream.accept();
    expect(told).toEqual([]);
  });

  it("does not mix up its buffers: what is on its way stays as it was while more gathers", async () => {
    const { stream, send, texts } = setup();
    const expected: string[] = [];
    for (let round = 0; round < 6; round++) {
      const text = String(round).repeat(10 ** (round % 6));
      send(text);
      expected.push(text);
      if (round === 0) await nextTurn();
      else await stream.accept();
    }
    while (texts().join("").length < expected.join("").length) await stream.accept();
    expect(texts().join("")).toBe(expected.join(""));
  });

  it("lets much go in pieces, so that it tells how far it is and that it goes on at all", async () => {
    const { stream, queue, send, texts, unsentAtDrain } = setup();
    const pieces = ["a", "b", "c"].map((letter) => letter.repeat(256 * 1024));
    send(pieces.join(""));
    send("rest");
    await nextTurn();
    send("later");
    for (let count = 0; count < 4; count++) await stream.accept();
    expect(texts()).toEqual([...pieces, "rest", "later"]);
    expect(unsentAtDrain).toEqual([512 * 1024 + 9, 256 * 1024 + 9, 9, 5]);
    await stream.accept();
    expect(queue.unsent).toBe(0);
  });

  it("uses a buffer again only when all of its pieces have gone", async () => {
    const { stream, send, texts } = setup();
    const burst = (letter: string) => letter.repeat(600 * 1024);
    const expected = ["a", "b", "c", "d"].map(burst).join("");
    send(burst("a"));
    await nextTurn();
    for (const letter of ["b", "c", "d"]) {
      await stream.accept();
      send(burst(letter));
    }
    while (texts().join("").length < expected.length) await stream.accept();
    expect(texts().join("") === expected).toBe(true);
  });

  it("writes no more of a burst once the stream is gone", async () => {
    const { stream, queue, send, texts } = setup();
    send("x".repeat(1024 * 1024));
    await nextTurn();
    stream.destroy();
    await stream.accept();
    expect(texts()).toHaveLength(1);
    expect(queue.unsent).toBe(0);
  });

  it("keeps no large buffer after a burst", async () => {
    const { stream, queue, send } = setup();
    send("x".repeat(3 * 1024 * 1024));
    await nextTurn();
    send("small");
    while (queue.unsent > 0) await stream.accept();
    expect(queue.buffer.length).toBeLessThan(1024 * 1024);
  });

  it("writes nothing to a stream that is gone", async () => {
    const { stream, send, texts } = setup();
    send("lost");
    stream.destroy();
    await nextTurn();
    expect(texts()).toEqual([]);
  });
});
