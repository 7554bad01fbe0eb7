// What becomes of a message on its way: bytes of its frame, and CPU of encoding and decoding it, by this server's codec and by
// what others use.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { Packr } from "msgpackr";
import { timeInTurns } from "../lib/codec-timing.mjs";
import { QUICK, rounds } from "../lib/effort.mjs";
import { serverCodec } from "../lib/server-codec.mjs";
import { median } from "../lib/statistics.mjs";
import { BYTES, MESSAGES } from "./messages.mjs";

/** As short as they are, one could be spoilt by anything. */
const FEWEST = 3;
const ROUNDS = Math.max(FEWEST, rounds(5));
/** How long one variant runs in one round, in milliseconds. */
const SLICE_MS = QUICK ? 10 : 30;

/** From its README: what is smaller is not deflated, and nothing is kept from one message to the next. */
const WS = { threshold: 1_024, options: { level: 3, memLevel: 7, windowBits: 10 } };

/** JSON has no bytes: they are written as base64. */
const JSON_TEXT = {
  encode(message) {
    const [kind, name, data] = message;
    return Buffer.from(JSON.stringify(name === BYTES ? [kind, name, data.toString("base64")] : message));
  },
  decode(bytes) {
    const message = JSON.parse(bytes.toString());
    return message[1] === BYTES ? [message[0], BYTES, Buffer.from(message[2], "base64")] : message;
  },
};

/** @returns for each message and codec `{ message, name, bytes, encode, decode }`: nanoseconds by round */
export async function benchCodecs() {
  const { MSGPACK_MSGPACK, socketIoMsgpack } = await import("../peers/codecs.mjs");
  const packr = new Packr({ useRecords: false, variableMapSize: true });
  const codecs = {
    Fugitive: await serverCodec(),
    JSON: JSON_TEXT,
    "JSON, deflated as by ws": deflating(JSON_TEXT),
    "msgpackr, without records": { encode: (message) => packr.pack(message), decode: (bytes) => packr.unpack(bytes) },
    "@msgpack/msgpack": MSGPACK_MSGPACK,
    "socket.io-msgpack-parser": { ...socketIoMsgpack(), ofSocketIo: true },
  };
  return Object.entries(MESSAGES).flatMap(([message, { ours, socketIo }]) => {
    const arms = Object.entries(codecs).map(([name, { encode, decode, ofSocketIo }]) => {
      const value = ofSocketIo ? socketIo : ours;
      const bytes = Buffer.from(encode(value));
      if (plain(decode(bytes)) !== plain(value)) throw new Error(`${name} changes the message.`);
      return { name, bytes: bytes.length, works: [() => encode(value), () => decode(bytes)] };
    });
    const took = timeInTurns(
      arms.flatMap(({ works }) => works),
      ROUNDS,
      SLICE_MS,
    );
    return arms.map(({ name, bytes }) => {
      const [encode, decode] = took.splice(0, 2);
      return { message, name, bytes, encode, decode };
    });
  });
}

/** One byte of each frame tells whether it is deflated, as a bit of a WebSocket frame's head does. */
function deflating({ encode, decode }) {
  const { threshold, options } = WS;
  return {
    encode(message) {
      const bytes = encode(message);
      return bytes.length < threshold ? bytes : deflateRawSync(bytes, options);
    },
    decode: (bytes) => decode(isText(bytes) ? bytes : inflateRawSync(bytes, { windowBits: options.windowBits })),
  };
}

/** JSON of these messages begins with a bracket, and deflated bytes do not: the kind of their first block is another. */
function isText(bytes) {
  return bytes[0] === "[".charCodeAt(0);
}

/** For comparison: whether bytes come as a Buffer or not does not matter. */
function plain(message) {
  return JSON.stringify(message.map((part) => (part instanceof Uint8Array ? Buffer.from(part) : part)));
}

if (process.argv[1]?.endsWith("beside/codecs.mjs")) {
  for (const { message, name, bytes, encode, decode } of await benchCodecs()) {
    const [there, back] = [encode, decode].map((times) => `${(median(times) / 1_000).toFixed(2)} µs`.padStart(12));
    console.log(message.padEnd(28), name.padEnd(32), `${bytes} bytes`.padStart(14), there, back);
  }
}
