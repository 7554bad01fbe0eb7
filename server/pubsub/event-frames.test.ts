import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { portableDeflate } from "../../shared/deflate.ts";
import { createJsonCodec } from "../../shared/json-codec.ts";
import { type EventInfo, type EventMessage, Kind } from "../../shared/message.ts";
import { createMsgpackCodec, createPack } from "../../shared/msgpack-codec.ts";
import { jsonData, msgpackData, text } from "../../shared/test/data.ts";
import { EventFrames } from "./event-frames.ts";

const pack = createPack();
const json = createJsonCodec();

const info: fc.Arbitrary<EventInfo | undefined> = fc.option(
  fc.record({ pattern: text, offset: fc.nat(), from: text }, { requiredKeys: [] }),
  { nil: undefined },
);

function message(channel: string, data: unknown, about: EventInfo | undefined): EventMessage {
  return about === undefined ? [Kind.EVENT, channel, data] : [Kind.EVENT, channel, data, about];
}

describe("the frames of a publication", () => {
  it.each([0, 1_024, 1_000_000])(
    "are, in MessagePack, the very bytes of encoding the message at once, deflated above %i bytes",
    (deflateThreshold) => {
      const msgpack = createMsgpackCodec({ deflate: portableDeflate, deflateThreshold });
      const frames = new EventFrames(pack, msgpack);
      fc.assert(
        fc.property(text, msgpackData, info, (channel, data, about) => {
          const frame = frames.binary(channel, pack.pack(data), about);
          const whole = msgpack.frame([msgpack.encode(message(channel, data, about))]);
          expect(Buffer.compare(frame, whole)).toBe(0);
        }),
      );
    },
  );

  it("are, in JSON, the very text of encoding the message at once", () => {
    const frames = new EventFrames(pack, createMsgpackCodec({ deflate: portableDeflate }));
    fc.assert(
      fc.property(text, jsonData, info, (channel, data, about) => {
        const whole = json.frame([json.encode(message(channel, data, about))]);
        expect(frames.text(channel, pack.pack(data), about)).toBe(whole);
      }),
    );
  });

  it("carry in JSON what only MessagePack has: bytes as base64, a BigInt and a date as text", () => {
    const frames = new EventFrames(pack, createMsgpackCodec({ deflate: portableDeflate }));
    const data = [Uint8Array.of(1, 2, 3), 2n ** 60n, new Date(0)];
    expect(JSON.parse(frames.text("c", pack.pack(data), undefined))).toEqual([
      Kind.EVENT,
      "c",
      ["AQID", "1152921504606846976", "1970-01-01T00:00:00.000Z"],
    ]);
  });

  it("do not share memory with the data they were made of", () => {
    const frames = new EventFrames(pack, createMsgpackCodec({ deflate: portableDeflate }));
    const data = pack.pack("before");
    const frame = frames.binary("c", data, undefined);
    const before = Buffer.from(frame);
    data.fill(0);
    expect(Buffer.compare(frame, before)).toBe(0);
  });
});
