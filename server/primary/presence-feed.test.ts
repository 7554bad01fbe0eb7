import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { Link } from "../bus/link.ts";
import { PresenceFeed } from "./presence-feed.ts";

const MOST_UNSENT = 1_000;
const MEMBER = "m".repeat(100);

/** A worker that takes nothing until it wakes up, and what it has been told. */
function create() {
  const chunks: Buffer[] = [];
  let awake = false;
  let mostUnsent = 0;
  let taken: (() => void) | undefined;
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      mostUnsent = Math.max(mostUnsent, link.unsent);
      chunks.push(Buffer.from(chunk));
      if (awake) setImmediate(done);
      else taken = done;
    },
  });
  const link = new Link(socket, { frame() {}, closed: () => undefined });
  let spent = 0;
  const feed = new PresenceFeed(link, MOST_UNSENT, (bytes) => {
    spent += bytes;
  });
  return {
    feed,
    spent: () => spent,
    mostUnsent: () => mostUnsent,
    told: () => framesOf(Buffer.concat(chunks)),
    wakeUp() {
      awake = true;
      taken?.();
    },
  };
}

/** Frames among these bytes. */
function framesOf(bytes: Buffer): string[] {
  const frame = new BusFrame();
  const frames: string[] = [];
  for (let at = 0; at !== -1; ) {
    at = frame.move(bytes, at, bytes.length);
    if (at !== -1) frames.push(`${frame.type} ${frame.reference} ${frame.channel} ${frame.data.toString("latin1")}`);
  }
  return frames;
}

describe("news for a worker", () => {
  it("wait here where its link is full, count, and go on in order, a little at a time", async () => {
    const { feed, spent, mostUnsent, told, wakeUp } = create();
    for (let index = 0; index < 500; index++) feed.changed(index % 2 === 0 ? "join" : "leave", `c${index}`, MEMBER);
    feed.send(BusType.PRESENCE_ENTERED, 7, "", "");
    expect(feed.busy).toBe(true);
    expect(spent()).toBeGreaterThan(480 * MEMBER.length);
    await new Promise(setImmediate);
    wakeUp();
    await expect.poll(() => feed.busy).toBe(false);
    expect(spent()).toBe(0);
    expect(mostUnsent()).toBeLessThan(MOST_UNSENT + 200);
    const types = [BusType.PRESENCE_JOIN, BusType.PRESENCE_LEAVE];
    await expect
      .poll(told)
      .toEqual([
        ...Array.from({ length: 500 }, (_, index) => `${types[index % 2]} 0 c${index} ${MEMBER}`),
        `${BusType.PRESENCE_ENTERED} 7  `,
      ]);
  });

  it("are given up, and count no more, when it is gone", () => {
    const { feed, spent } = create();
    for (let index = 0; index < 100; index++) feed.changed("join", "c", MEMBER);
    feed.close();
    expect([spent(), feed.busy]).toEqual([0, true]);
  });
});
