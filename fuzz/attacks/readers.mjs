import { setTimeout as sleep } from "node:timers/promises";
import { frame, handshake, RawSocket } from "../raw-socket.mjs";

const LEFT_MS = 200;

/** Attacks by how connections are used, or not. */
export const READER_ATTACKS = {
  async "those that ask for much and never read"(world) {
    const raws = await Promise.all(Array.from({ length: 5 }, () => RawSocket.open(world.port, "msgpack")));
    for (const raw of raws) {
      raw?.socket.pause();
      raw?.send(...Array.from({ length: 30 }, (_, id) => [2, id, "large"]));
      raw?.send([2, 100, "items", { count: 100_000 }]);
    }
    await sleep(LEFT_MS);
    for (const raw of raws) raw?.cut();
  },

  async "those that follow much and never read"(world) {
    const reader = await RawSocket.open(world.port);
    reader?.socket.pause();
    reader?.send([8, 1, "any:*"], [8, 2, "kept:all"]);
    const writer = await RawSocket.open(world.port);
    for (let times = 0; times < 20 && !world.resting; times++) {
      writer?.send(...Array.from({ length: 20 }, () => [11, null, "any:much", "x".repeat(20_000)]));
      await writer?.room();
    }
    await sleep(LEFT_MS);
    for (const raw of [reader, writer]) raw?.cut();
  },

  async "those that go in the middle of calls"(world, random) {
    const raws = await Promise.all(Array.from({ length: 10 }, () => RawSocket.open(world.port)));
    for (const raw of raws) {
      raw?.send([2, 1, "later"], [2, 2, "wait"], [2, 3, "items", { count: 100_000 }], [2, 4, "ask"]);
      raw?.send([8, 1, "here:gone", { presence: true }], [2, 5, "once", 1, { key: "k" }]);
      if (random.chance(0.5)) raw?.write(frame(8, Buffer.of(3, 0xe8)));
      if (random.chance(0.3)) raw?.socket.resetAndDestroy();
      else if (random.chance(0.5)) raw?.cut();
    }
    await sleep(10);
    for (const raw of raws) raw?.cut();
  },

  async "halves of connections"(world, random) {
    const raws = await Promise.all(Array.from({ length: 10 }, () => RawSocket.open(world.port)));
    for (const raw of raws) {
      raw?.send([2, 1, "later"], [2, 2, "wait"]);
      raw?.socket.end(random.chance(0.3) ? frame(1, "[14", { fin: false }) : undefined);
    }
    await sleep(LEFT_MS);
    for (const raw of raws) raw?.cut();
  },

  async "many that come at once"(world) {
    const raws = await Promise.all(Array.from({ length: 50 }, () => RawSocket.open(world.port)));
    world.count("connections", raws.length);
    for (const raw of raws) raw?.send([0], [2, 1, "echo"]);
    await sleep(20);
    for (const raw of raws) raw?.cut();
  },

  async "handshakes that are never finished"(world, random) {
    const raws = Array.from({ length: 20 }, () => new RawSocket(world.port));
    for (const raw of raws) raw.write(handshake().slice(0, random.between(1, 150)));
    await sleep(LEFT_MS);
    for (const raw of raws) raw.cut();
  },
};
