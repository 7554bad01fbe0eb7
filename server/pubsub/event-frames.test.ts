import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonCodec } from "../../shared/json-codec.ts";
import { type EventInfo, type EventMessage, Kind } from "../../shared/message.ts";
import { createMsgpackCodec, createPack } from "../../shared/msgpack-codec.ts";
import { portableDeflate } from "../../shared/portable-deflate.ts";
import { jsonData, msgpackData, text } from "../../shared/test/data.ts";
import { deflateBlocks } from "../connection/zlib-deflate.ts";
import { EventFrames } from "./event-frames.ts";

const DEFLATED = 0xc1;

const pack = createPack();
const msgpack = createMsgpackCodec({ deflate: portableDeflate });
const json = createJsonCodec();

const info: fc.Arbitrary<EventInfo> = fc.record(
  { offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }), pattern: text },
  { requiredKeys: [] },
);

function framesOf(channel: string, data: unknown, { offset }: EventInfo, deflateThreshold = 1_024): EventFrames {
  return new EventFrames({ pack, deflateThreshold, deflateBlocks }, channel, pack.pack(data), offset);
}

function message(channel: string, data: unknown, about: EventInfo): EventMessage {
  return Object.keys(about).length === 0 ? [Kind.EVENT, channel, data] : [Kind.EVENT, channel, data, about];
}

describe("the frames of a publication", () => {
  it("are, in MessagePack, the very bytes of encoding the message at once, while it is small", () => {
    const plain = createMsgpackCodec({ deflate: portableDeflate, deflateThreshold: Number.POSITIVE_INFINITY });
    fc.assert(
      fc.property(text, msgpackData, info, (channel, data, about) => {
        const whole = plain.encode(message(channel, data, about));
        expect(Buffer.compare(framesOf(channel, data, about, whole.length + 1).binary(about.pattern), whole)).toBe(0);
      }),
    );
  });

  it("are whole for one connection too, whatever their size", () => {
    const plain = createMsgpackCodec({ deflate: portableDeflate, deflateThreshold: Number.POSITIVE_INFINITY });
    const whole = plain.encode(message("c", "x".repeat(10_000), { offset: 2 ** 40 }));
    expect(Buffer.compare(framesOf("c", "x".repeat(10_000), { offset: 2 ** 40 }).piece(), whole)).toBe(0);
  });

  it("inflate, in any implementation, to those very bytes where they are deflated, which is where it makes them smaller", () => {
    fc.assert(
      fc.property(text, msgpackData, info, fc.nat(300), (channel, data, about, repeat) => {
        const repeated = [data, "again and ".repeat(repeat)];
        const whole = msgpack.encode(message(channel, repeated, about));
        const frame = framesOf(channel, repeated, about, 0).binary(about.pattern);
        expect(frame.length).toBeLessThanOrEqual(whole.length);
        if (frame[0] !== DEFLATED) return;
        expect(Buffer.compare(inflateRawSync(frame.subarray(1)), whole)).toBe(0);
        expect(Buffer.compare(portableDeflate.inflate(frame.subarray(1), whole.length), whole)).toBe(0);
      }),
    );
  });

  it("share their deflated data: a hundred patterns cost what one does", () => {
    let deflations = 0;
    const options = {
      pack,
      deflateThreshold: 1_024,
      deflateBlocks: (bytes: Uint8Array) => {
        deflations++;
        return deflateBlocks(bytes);
      },
    };
    const frames = new EventFrames(options, "a", pack.pack("x".repeat(100_000)), undefined);
    const sizes = Array.from({ length: 100 }, (_, index) => frames.binary(`${index}*`).length);
    expect(Math.max(...sizes)).toBeLessThan(1_000);
    expect(deflations).toBe(1);
  });

  it("are, in JSON, the very text of encoding the message at once", () => {
    fc.assert(
      fc.property(text, jsonData, info, (channel, data, about) => {
        const whole = json.frame([json.encode(message(channel, data, about))]);
        expect(framesOf(channel, data, about).text(about.pattern)).toBe(whole);
      }),
    );
  });

  it("carry in JSON what only MessagePack has: bytes as base64, a BigInt and a date as text", () => {
    const data = [Uint8Array.of(1, 2, 3), 2n ** 60n, new Date(0)];
    expect(JSON.parse(framesOf("c", data, {}).text(undefined))).toEqual([
      Kind.EVENT,
      "c",
      ["AQID", "1152921504606846976", "1970-01-01T00:00:00.000Z"],
    ]);
  });

  it("do not share memory with the data they were made of", () => {
    const data = pack.pack("before");
    const frame = new EventFrames({ pack, deflateThreshold: 1_024, deflateBlocks }, "c", data, undefined).binary(
      undefined,
    );
    const before = Buffer.from(frame);
    data.fill(0);
    expect(Buffer.compare(frame, before)).toBe(0);
  });
});
