import { setTimeout as sleep } from "node:timers/promises";
import { deflated, packed } from "../corpus.mjs";
import { BINARY, frame, RawSocket } from "../raw-socket.mjs";

const MEGABYTE = 1_048_576;
const LEFT_MS = 100;

const MAPS = (count) => Buffer.concat([Buffer.of(0x92, 14, 0xdd, ...u32(count)), Buffer.alloc(count, 0x80)]);
/** Hundreds of bytes that become a hundred thousand objects, as many as a message may have. */
const SMALL = frame(BINARY, deflated(MAPS(99_990)));
const TOO_MANY = frame(BINARY, deflated(MAPS(1_000_000)));
const TOO_LARGE = frame(BINARY, deflated(Buffer.alloc(64 * MEGABYTE)));
const BYTES = Buffer.alloc(MEGABYTE - 1_000);
/** Batches of what is answered with much, or takes long. */
const BATCHES = [
  [2, 1, "$procedures"],
  [2, 1, "$health"],
  [2, 1, "large"],
  [2, 1, "echo", "x".repeat(30)],
  [2, 1, "no such procedure"],
  [2, 1, "$history", ["kept:a", { limit: 1_000 }]],
  [8, 1, "kept:a", { since: { epoch: "e", offset: 1 } }],
  [11, 1, "kept:a", "x".repeat(30)],
  [14, "x".repeat(30)],
].map((message) => frame(BINARY, deflated(packed(Array(9_000).fill(message)))));

/** Attacks with little that becomes much. */
export const BOMB_ATTACKS = {
  "small bombs": (world) => burst(world, Buffer.concat(Array(1_000).fill(SMALL))),
  "bombs that are refused": (world, random) => burst(world, random.pick([TOO_MANY, TOO_LARGE])),
  "batches of what takes long": (world, random) => burst(world, random.pick(BATCHES)),

  /** What waits for WELCOME waits as it came. */
  "bombs before WELCOME"(world) {
    const hello = frame(BINARY, packed([0, { resume: { session: "none", secret: "none" } }]));
    return burst(world, Buffer.concat([hello, ...Array(1_000).fill(SMALL)]));
  },

  "bytes in the place of objects"(world, random) {
    const message = random.pick([
      [0, { resume: { session: "s", secret: "x", channels: BYTES } }],
      [2, 1, "$history", ["kept:a", BYTES]],
      [2, 1, "echo", 1, BYTES],
      [8, 1, "kept:a", BYTES],
      [2, 1, "$peers.seek", BYTES],
    ]);
    return burst(world, frame(BINARY, deflated(packed(message))));
  },
};

async function burst(world, bytes) {
  const raw = await RawSocket.open(world.port, "msgpack");
  if (raw === undefined) return;
  raw.write(bytes);
  await sleep(LEFT_MS);
  raw.cut();
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
