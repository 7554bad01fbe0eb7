// Do msgpackr's records pay on this protocol's messages? Records write an object's keys once and refer to them after,
// at a price: the decoder compiles functions, which a strict page policy forbids, and where structures are shared
// between messages both ends have to remember them. Needs a build: `npm run build && node bench/codec.mjs`.
import { deflateRawSync } from "node:zlib";
import { Packr } from "msgpackr";
import { createMsgpackCodec } from "../dist/shared/msgpack-codec.js";
import { portableDeflate } from "../dist/shared/portable-deflate.js";
import { timeInTurns } from "./lib/codec-timing.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 9;
/** How long one variant runs in one round, in milliseconds. */
const SLICE_MS = 18;

const PLAIN = { useRecords: false, mapsAsObjects: true, variableMapSize: true, encodeUndefinedAsNil: true };

const user = (id) => ({
  id,
  name: `user ${id}`,
  online: id % 3 === 0,
  score: id * 1.5,
  room: "lobby",
  at: 1.7e12 + id,
});
const CASES = {
  "call {x, y}": [2, 7, "math.add", { x: 1, y: 6 }],
  "event {name, text, at}": [12, "chat:lobby", { name: "ann", text: "hello everybody", at: 1_700_000_000_000 }],
  "result, 100 objects": [3, 7, Array.from({ length: 100 }, (_, id) => user(id))],
  "result, 1,000 objects": [3, 7, Array.from({ length: 1_000 }, (_, id) => user(id))],
};

/** What is compared, made anew for each case: shared structures must not know other cases' objects. */
function variants() {
  const plain = new Packr(PLAIN);
  const contained = new Packr({ ...PLAIN, useRecords: true });
  const shared = new Packr({ ...PLAIN, useRecords: true, structures: [] });
  const codec = createMsgpackCodec({ deflate: portableDeflate, deflateThreshold: Number.POSITIVE_INFINITY });
  return {
    "plain maps": { encode: (message) => plain.pack(message), decode: (bytes) => plain.unpack(bytes) },
    "plain maps, with budget check": { encode: codec.encode, decode: codec.decode },
    "records, each message by itself": {
      encode: (message) => contained.pack(message),
      decode: (bytes) => contained.unpack(bytes),
    },
    "records, shared structures": {
      encode: (message) => shared.pack(message),
      decode: (bytes) => shared.unpack(bytes),
    },
    JSON: {
      encode: (message) => Buffer.from(JSON.stringify(message)),
      decode: (bytes) => JSON.parse(bytes.toString()),
    },
  };
}

function measure(message) {
  const rows = Object.entries(variants()).map(([name, { encode, decode }]) => {
    encode(message); // shared structures know the objects from here on
    const bytes = Buffer.from(encode(message));
    if (JSON.stringify(decode(bytes)) !== JSON.stringify(message)) throw new Error(`${name} changes the message.`);
    const large = bytes.length >= 1_024;
    const works = [() => encode(message), () => decode(bytes), ...(large ? [() => deflateRawSync(bytes)] : [])];
    const sent = large ? deflateRawSync(bytes).length + 1 : bytes.length;
    return { name, works, sizes: [bytes.length, sent] };
  });
  const took = timeInTurns(
    rows.flatMap(({ works }) => works),
    ROUNDS,
    SLICE_MS,
  ).map(median);
  return rows.map(({ name, works, sizes }) => {
    const [encode, decode, deflate = 0] = took.splice(0, works.length);
    return { name, numbers: [encode, decode, deflate, ...sizes] };
  });
}

const HEADS = ["encode µs", "decode µs", "deflate µs", "bytes", "bytes sent"];

function cell(number, index, first) {
  if (number === 0) return "-".padStart(9).padEnd(16);
  const shown = index < 3 ? (number / 1_000).toFixed(2) : String(number);
  return `${shown.padStart(9)} ${`×${(number / first).toFixed(2)}`.padEnd(6)}`;
}

for (const [name, message] of Object.entries(CASES)) {
  const rows = measure(message);
  const [{ numbers: base }] = rows;
  process.stdout.write(`\n${name.padEnd(34)}${HEADS.map((head) => head.padStart(10).padEnd(17)).join("")}\n`);
  for (const row of rows) {
    const cells = row.numbers.map((number, index) => cell(number, index, base[index]));
    process.stdout.write(`  ${row.name.padEnd(32)}${cells.join(" ")}\n`);
  }
}
process.stdout.write("\nMedians; × is the ratio to plain maps. Deflated with node:zlib from 1,024 bytes on.\n");
