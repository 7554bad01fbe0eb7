import { setTimeout as sleep } from "node:timers/promises";
import { BINARY_FRAMES, TEXT_FRAMES } from "../corpus.mjs";
import { mutate } from "../mutate.mjs";
import { BINARY, frame, RawSocket, TEXT } from "../raw-socket.mjs";

/** How long a connection is kept that the server has no reason to end, in milliseconds. */
const KEPT_MS = 300;
const HUGE = [2n ** 63n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 32n, 2n ** 31n, 5_000_000n, 125n, 126n, 65_536n];

/** Attacks on framing, and on what turns frames into messages. */
export const FRAME_ATTACKS = {
  /** Every kind of message in both encodings, altered by chance: what an altered one asks for is done, too. */
  async "altered messages"(world, random) {
    const raw = await RawSocket.open(world.port, random.pick(["json", "msgpack"]));
    if (raw === undefined) return;
    for (let count = 0; count < 50 && !raw.closed; count++) {
      const text = random.chance(0.4);
      const frames = text ? TEXT_FRAMES : BINARY_FRAMES;
      raw.write(frame(text ? TEXT : BINARY, mutate(random, random.pick(frames), frames, text)));
      world.count("altered messages");
      if (count % 10 === 0) await sleep(1);
    }
    raw.cut();
  },

  /** Frames with heads by chance: opcodes, reserved bits, lengths, masks. */
  async "altered frames"(world, random) {
    const raw = await RawSocket.open(world.port);
    if (raw === undefined) return;
    for (let count = 0; count < 20 && !raw.closed; count++) {
      const payload = random.pick([Buffer.alloc(0), random.pick(TEXT_FRAMES), random.bytes(random.between(1, 300))]);
      const options = {
        fin: random.chance(0.7),
        reserved: random.chance(0.8) ? 0 : random.between(1, 7),
        masked: random.chance(0.9),
        wide: random.between(0, 2),
        ...(random.chance(0.1) ? { length: random.pick(HUGE) } : {}),
      };
      const whole = frame(
        random.chance(0.7) ? random.pick([0, 1, 2, 8, 9, 10]) : random.between(0, 15),
        payload,
        options,
      );
      raw.write(random.chance(0.2) ? mutate(random, whole, TEXT_FRAMES) : whole);
      world.count("altered frames");
      await sleep(random.between(0, 2));
    }
    raw.cut();
  },

  async "control frames that are too long, or in parts"(world, random) {
    const raw = await RawSocket.open(world.port);
    raw?.write(frame(random.pick([8, 9, 10]), Buffer.alloc(random.between(126, 5_000)), { fin: random.chance(0.8) }));
    await sleep(5);
    raw?.cut();
  },

  async "a message in parts, with others in between"(world, random) {
    const raw = await RawSocket.open(world.port);
    if (raw === undefined) return;
    const parts = [
      [1, "[14,", false],
      [9, "ping"],
      [0, '"a', false],
      random.pick([
        [1, "[14]"],
        [0, "", false],
        [8, ""],
      ]),
    ];
    for (const [opcode, payload, fin = true] of parts) raw.write(frame(opcode, payload, { fin }));
    raw.write(frame(0, '"]'));
    await sleep(5);
    raw.cut();
  },

  async "empty parts without end"(world) {
    const raw = await RawSocket.open(world.port);
    raw?.write(frame(TEXT, "[14", { fin: false }));
    const empty = Buffer.concat(Array(5_000).fill(frame(0, "", { fin: false })));
    for (let count = 0; raw !== undefined && count < 20 && !raw.closed && !world.resting; count++) {
      raw.write(empty);
      world.count("empty parts", 5_000);
      await raw.room();
    }
    raw?.cut();
  },

  /** A message that is never whole: what has come of it is all that it may take. */
  async "large parts that never end"(world) {
    const raw = await RawSocket.open(world.port);
    for (let count = 0; raw !== undefined && count < 100 && !raw.closed && !world.resting; count++) {
      raw.write(frame(count === 0 ? BINARY : 0, Buffer.alloc(100_000), { fin: false }));
      await raw.room();
    }
    raw?.cut();
  },

  async "half a frame, and silence"(world, random) {
    const raws = await Promise.all(Array.from({ length: 10 }, () => RawSocket.open(world.port)));
    const whole = frame(TEXT, JSON.stringify([2, 1, "echo", "x".repeat(1_000)]));
    for (const raw of raws) raw?.write(whole.subarray(0, random.between(1, whole.length - 1)));
    await sleep(KEPT_MS);
    for (const raw of raws) raw?.cut();
  },

  async "one byte at a time"(world, random) {
    const raw = await RawSocket.open(world.port);
    for (const byte of frame(TEXT, random.pick(TEXT_FRAMES))) {
      raw?.write(Buffer.of(byte));
      await sleep(1);
      if (raw === undefined || raw.closed || world.resting) break;
    }
    raw?.cut();
  },

  async "pings without end"(world) {
    const raw = await RawSocket.open(world.port);
    const pings = Buffer.concat(Array(2_000).fill(frame(9, "x".repeat(125))));
    for (let count = 0; raw !== undefined && count < 20 && !raw.closed && !world.resting; count++) {
      raw.write(pings);
      world.count("pings", 2_000);
      await raw.room();
    }
    raw?.cut();
  },
};
