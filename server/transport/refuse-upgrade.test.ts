import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refuseUpgrade } from "./refuse-upgrade.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

function refused() {
  const written: Buffer[] = [];
  const socket = new Duplex({
    allowHalfOpen: true,
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      written.push(chunk);
      done();
    },
  });
  refuseUpgrade(socket, { status: 403, body: "no" });
  return { socket, answer: () => Buffer.concat(written).toString() };
}

describe("who is refused a WebSocket", () => {
  it("gets an answer, and its half of the connection ends", () => {
    const { socket, answer } = refused();
    expect(answer()).toBe("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno");
    expect(socket.writableEnded).toBe(true);
    expect(socket.destroyed).toBe(false);
  });

  it("has not for ever to hang up", () => {
    const { socket } = refused();
    vi.advanceTimersByTime(5_000);
    expect(socket.destroyed).toBe(true);
  });
});
