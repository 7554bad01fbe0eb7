import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BusFrame } from "./bus-frame.ts";
import { BusType } from "./bus-type.ts";
import { Link } from "./link.ts";

/** A stream whose incoming chunks are put in by hand, and whose writes are only kept. */
class HandFed extends Duplex {
  readonly writes: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.writes.push(Buffer.from(chunk));
    done();
  }
}

interface Sent {
  readonly type: BusType;
  readonly reference: number;
  readonly channel: string;
  readonly data: Uint8Array;
}

function copy({ type, reference, channel, data }: BusFrame): Sent {
  return { type: type as BusType, reference, channel, data: Uint8Array.from(data) };
}

interface Receiver {
  readonly stream: HandFed;
  readonly link: Link;
  readonly received: Sent[];
  readonly ends: (Error | undefined)[];
}

function receiver(onFrame?: (link: Link, frame: BusFrame) => void, largestFrame?: number): Receiver {
  const stream = new HandFed();
  const received: Sent[] = [];
  const ends: (Error | undefined)[] = [];
  const hooks = {
    frame(frame: BusFrame) {
      received.push(copy(frame));
      onFrame?.(link, frame);
    },
    closed: (error?: Error) => void ends.push(error),
  };
  const link: Link = new Link(stream, hooks, largestFrame);
  return { stream, link, received, ends };
}

/** The bytes that a link puts out for these frames. */
async function bytesOf(frames: readonly Sent[]): Promise<Buffer> {
  const { stream, link } = receiver();
  for (const { type, reference, channel, data } of frames) link.send(type, reference, channel, data);
  await nextTurn();
  link.close();
  return Buffer.concat(stream.writes);
}

async function feed(stream: HandFed, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index++) {
    // a chunk's memory may be used again once it has been read
    const chunk = Buffer.from(bytes.subarray(places[index - 1], places[index]));
    stream.push(chunk);
    await nextTurn();
    chunk.fill(0xff);
  }
}

const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.nat(200) },
  { weight: 2, arbitrary: fc.integer({ min: 4_000, max: 70_000 }) },
  fc.constantFrom(0, 1, 4_085, 4_096, 16_384, 1_048_576),
);

const frames = fc.array(
  fc.record({
    type: fc.constantFrom(...Object.values(BusType)),
    reference: fc.integer({ min: 0, max: 0xffff_ffff }),
    channel: fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.constantFrom("", "🦊".repeat(300))),
    data: sizes.chain((size) => fc.nat(255).map((seed) => new Uint8Array(size).map((_, at) => (at + seed) % 251))),
  }),
  { maxLength: 12 },
);

const SMALL: Sent = { type: BusType.EVENT, reference: 1, channel: "ä", data: Uint8Array.of(1, 2, 3) };

/** Buffer.equals is a thousand times faster than element by element, which matters with a mebibyte. */
function expectSame(received: readonly Sent[], sent: readonly Sent[]): void {
  const plain = ({ data: _, ...rest }: Sent) => rest;
  expect(received.map(plain)).toEqual(sent.map(plain));
  received.forEach(({ data }, index) => {
    expect(Buffer.compare(data, sent[index]?.data ?? new Uint8Array())).toBe(0);
  });
}

describe("a link", () => {
  it("gives whole frames, in order, once each, wherever their bytes were cut apart", async () => {
    const cuts = fc.array(fc.nat(2 ** 31), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(frames, cuts, async (sent, places) => {
        const { stream, received } = receiver();
        await feed(stream, await bytesOf(sent), places);
        expectSame(received, sent);
      }),
      { numRuns: 60 },
    );
  });

  it("gives whole frames even where every byte comes alone", async () => {
    const sent = [SMALL, { ...SMALL, data: new Uint8Array() }, { ...SMALL, channel: "", reference: 2 }];
    const bytes = await bytesOf(sent);
    const { stream, received } = receiver();
    await feed(stream, bytes, [...bytes.keys()]);
    expectSame(received, sent);
  });

  it("writes once what is sent in one turn, however many frames", async () => {
    const { stream, link } = receiver();
    for (let index = 0; index < 500; index++) link.send(BusType.EVENT, index, "channel", Uint8Array.of(index % 256));
    expect(stream.writes).toHaveLength(0);
    expect(link.unsent).toBe(500 * (11 + 7 + 1));
    await nextTurn();
    expect(stream.writes).toHaveLength(1);
    await nextTurn();
    expect(link.unsent).toBe(0);
  });

  it("forwards a frame under another type, without its reference", async () => {
    const onward = receiver();
    const { stream } = receiver((_, frame) => onward.link.forward(frame, BusType.EVENT));
    await feed(stream, await bytesOf([{ ...SMALL, type: BusType.PUBLISH, reference: 9 }]), [5]);
    await nextTurn();
    const last = receiver();
    await feed(last.stream, Buffer.concat(onward.stream.writes), []);
    expectSame(last.received, [{ ...SMALL, reference: 0 }]);
  });

  it("reads nothing while it is paused, and everything after", async () => {
    const { stream, link, received } = receiver();
    link.pause();
    stream.push(await bytesOf([SMALL, SMALL]));
    await nextTurn();
    await nextTurn();
    expect(received).toEqual([]);
    link.resume();
    await nextTurn();
    expectSame(received, [SMALL, SMALL]);
  });

  it("drops half a frame where it ends in the middle of it, and tells of the end once", async () => {
    const { stream, link, received, ends } = receiver();
    await feed(stream, (await bytesOf([SMALL, SMALL])).subarray(0, -1), [3]);
    link.close();
    link.close();
    await nextTurn();
    expectSame(received, [SMALL]);
    expect(ends).toEqual([undefined]);
  });

  it("tells of the error that ended it", async () => {
    const { stream, ends } = receiver();
    stream.destroy(new Error("cable bitten through"));
    await nextTurn();
    expect(ends).toEqual([new Error("cable bitten through")]);
  });

  it("hands out no frame after it was closed, not even one that came in the same chunk", async () => {
    const { stream, received } = receiver((link) => link.close());
    await feed(stream, await bytesOf([SMALL, SMALL, SMALL]), []);
    expect(received).toHaveLength(1);
  });

  it("keeps nothing of what is sent after it was closed", async () => {
    const { stream, link } = receiver();
    link.close();
    for (let index = 0; index < 100; index++) link.send(BusType.EVENT, 0, "channel", new Uint8Array(1_000));
    expect(link.unsent).toBe(0);
    await nextTurn();
    expect(stream.writes).toEqual([]);
  });

  it.each([
    ["a length below that of a head", Buffer.from([0, 0, 0, 0])],
    ["a channel that is longer than its frame", Buffer.from([7, 0, 0, 0, 1, 0, 0, 0, 0, 255, 255])],
  ])("ends with an error, and throws nothing, at %s", async (_, bytes) => {
    const { stream, received, ends } = receiver();
    await feed(stream, bytes, []);
    await nextTurn();
    expect(received).toEqual([]);
    expect(ends).toEqual([new Error("What came over the bus is no frame.")]);
  });

  it("ends with an error at the head of a frame that is larger than it takes, before there is room for it", async () => {
    const { stream, ends } = receiver(undefined, 100);
    await feed(stream, Buffer.from("GET / HTTP/1.1\r\n"), [2]);
    await nextTurn();
    expect(ends).toEqual([new Error("Too large a bus frame.")]);
  });

  it("that ends sends first what was said before", async () => {
    const { stream, link, ends } = receiver();
    link.send(BusType.PUBLISH, 1, "last", Buffer.from("words"));
    link.end();
    expect(stream.destroyed).toBe(false);
    await nextTurn();
    await nextTurn();
    expect(Buffer.concat(stream.writes).includes("words")).toBe(true);
    expect([stream.destroyed, ends]).toEqual([true, [undefined]]);
  });
});

it("what was said leaves at once where that is wanted, and once", async () => {
  const { stream, link } = receiver();
  link.flush();
  expect(stream.writes).toEqual([]);
  link.send(BusType.EVENT, 0, "news");
  expect(stream.writes).toEqual([]);
  link.flush();
  expect(stream.writes).toHaveLength(1);
  await nextTurn();
  expect(stream.writes).toHaveLength(1);
  link.close();
  link.flush();
});
