import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BusFrame, busFrameSize, neededBytes, writeBusFrame } from "./bus-frame.ts";
import { BusType } from "./bus-type.ts";

const content = fc.record({
  type: fc.constantFrom(...Object.values(BusType)),
  reference: fc.integer({ min: 0, max: 0xffff_ffff }),
  channel: fc.string({ unit: "grapheme", maxLength: 100 }),
  data: fc.uint8Array({ maxLength: 1_000 }),
});

type Content = typeof content extends fc.Arbitrary<infer Value> ? Value : never;

function written(...contents: Content[]): Buffer {
  const sizes = contents.map(({ channel, data }) => busFrameSize(Buffer.byteLength(channel), data.length));
  const target = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const { type, reference, channel, data } of contents) {
    at = writeBusFrame(target, at, type, reference, channel, Buffer.byteLength(channel), data);
  }
  expect(at).toBe(target.length);
  return target;
}

function seen({ type, reference, channel, data }: BusFrame) {
  return { type, reference, channel, data: [...data] };
}

const asSeen = ({ data, ...rest }: Content) => ({ ...rest, data: [...data] });

const SAMPLE: Content = { type: BusType.PUBLISH, reference: 7, channel: "füchse🦊", data: Uint8Array.of(1, 2, 3) };

describe("a bus frame", () => {
  it("gives back whatever was written, one frame behind the other", () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 10 }), (contents) => {
        const buffer = written(...contents);
        const frame = new BusFrame();
        let at = 0;
        for (const one of contents) {
          at = frame.move(buffer, at, buffer.length);
          expect(frame.valid).toBe(true);
          expect(seen(frame)).toEqual(asSeen(one));
        }
        expect(at).toBe(buffer.length);
        expect(frame.move(buffer, at, buffer.length)).toBe(-1);
      }),
    );
  });

  it("is not whole before its last byte is there, wherever it begins", () => {
    const buffer = Buffer.concat([Buffer.from("before"), written(SAMPLE)]);
    const frame = new BusFrame();
    for (let available = 6; available < buffer.length; available++) {
      expect(frame.move(buffer, 6, available)).toBe(-1);
    }
    expect(frame.move(buffer, 6, buffer.length)).toBe(buffer.length);
    expect(seen(frame)).toEqual(asSeen(SAMPLE));
  });

  it("tells the bytes it needs as soon as its first four are there", () => {
    const buffer = written(SAMPLE);
    expect(neededBytes(buffer, 0, 3)).toBeUndefined();
    expect(neededBytes(buffer, 0, 4)).toBe(buffer.length);
  });

  it("may be written without data", () => {
    const target = Buffer.alloc(busFrameSize(2, 0));
    expect(writeBusFrame(target, 0, BusType.SUBSCRIBE, 1, "ab", 2, undefined)).toBe(target.length);
    const frame = new BusFrame();
    frame.move(target, 0, target.length);
    expect(seen(frame)).toEqual({ type: BusType.SUBSCRIBE, reference: 1, channel: "ab", data: [] });
  });

  it("passes on as another type with channel and data as they are, its reference gone", () => {
    const buffer = written(SAMPLE);
    const frame = new BusFrame();
    frame.move(buffer, 0, buffer.length);
    const target = Buffer.alloc(frame.size + 5);
    expect(frame.copyAs(BusType.EVENT, target, 5)).toBe(target.length);
    const copy = new BusFrame();
    copy.move(target, 5, target.length);
    expect(seen(copy)).toEqual(asSeen({ ...SAMPLE, type: BusType.EVENT, reference: 0 }));
    expect(seen(frame)).toEqual(asSeen(SAMPLE));
  });

  it("is not valid where it is too short for its head, or for its channel", () => {
    const frame = new BusFrame();
    for (let length = 0; length < 7; length++) {
      const short = Buffer.alloc(4 + length);
      short.writeUInt32LE(length);
      frame.move(short, 0, short.length);
      expect(frame.valid).toBe(false);
    }
    const lying = written(SAMPLE);
    lying.writeUInt16LE(lying.length - 10, 9);
    frame.move(lying, 0, lying.length);
    expect(frame.valid).toBe(false);
  });
});
