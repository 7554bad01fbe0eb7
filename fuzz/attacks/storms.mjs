import { setTimeout as sleep } from "node:timers/promises";
import { RawSocket } from "../raw-socket.mjs";

/** Messages of one write, and writes of one storm. */
const MANY = 500;
const TIMES = 20;

/** Attacks with more than anybody needs of what is allowed. */
export const STORM_ATTACKS = {
  cancels: storm((number) => (number % 2 === 0 ? [2, number % 1_000, "wait"] : [7, (number - 1) % 1_000])),
  "cancels of nothing": storm((number) => [7, number]),
  "calls with ids in use": storm((number) => [2, number % 3, "wait"]),
  "calls with keys": storm((number) => [2, number, "once", number, { key: `k${number % 700}` }]),
  "calls of what is not there": storm((number) => [2, number, `no.such.${number}`]),
  "subscriptions without end": storm((number, own) => [8, number, `kept:${own}:${number}`]),
  "subscriptions that come and go": storm((number) => [number % 2 === 0 ? 8 : 10, number, "here:all"]),
  "patterns of all lengths": storm((number) => [8, number, `any:${"p".repeat(number % 250)}*`]),
  "publications to a million channels": storm((number, own) => [11, null, `kept:${own}:${number}`, "x".repeat(40)]),
  "publications with keys": storm((number) => [11, number, "kept:all", number, { key: `${number}${"k".repeat(200)}` }]),
  "publications to all": storm((number) => [11, null, "any:all", number]),
  "users that change": storm((number) => [2, number, "login", `user ${number}`]),
  "AUTH without end": storm((number) => [17, number, "t".repeat(number % 300)]),
  "answers to nothing": storm((number) => [[3, 4, 6][number % 3], number, "CODE", "text"]),
  "answers of streams to nothing": storm((number) => [number % 2 === 0 ? 14 : 15, ["taken", number % 5, number]]),
  "answers that were not asked for": storm((number) => (number % 3 === 0 ? [2, number, "ask"] : [6, number, "item"])),
  "peers that come and go": storm((number) => (number % 2 === 0 ? [2, number, "$peers.seek", {}] : [7, number - 1])),
  "members that are asked for": storm((number) => [2, number, "$presence", "here:all"]),
  "streams with odd windows": storm((number) => [
    2,
    number % 900,
    "items",
    { count: 1_000 },
    { window: 1 + (number % 7), timeoutMs: 0.001 + (number % 50) },
  ]),

  async "HELLO with very many channels"(world, random) {
    const raw = await RawSocket.open(world.port);
    const names = Array.from({ length: 20_000 }, (_, index) => [`kept:${random.between(0, 1e9)}:${index}`, null]);
    raw?.send([0, { resume: { session: "s", secret: "x", channels: Object.fromEntries(names) } }]);
    await sleep(20);
    raw?.cut();
  },

  /** A session of its own, taken from connection to connection at once, by several that all have the right to it. */
  async "one session on many connections"(world, random) {
    const first = await RawSocket.open(world.port);
    if (first === undefined) return;
    const welcomed = new Promise((resolve) => {
      first.socket.once("data", (chunk) => resolve(chunk.toString("latin1")));
      setTimeout(resolve, 1_000, "");
    });
    first.send([0]);
    const [, session, secret] = /"session":"([\w-]+)","secret":"([\w-]+)"/.exec(await welcomed) ?? [];
    const raws = await Promise.all(Array.from({ length: 5 }, () => RawSocket.open(world.port)));
    for (const [index, raw] of raws.entries()) {
      const turn = random.pick([index, undefined, Number.MAX_SAFE_INTEGER, 0]);
      raw?.send([0, { resume: { session, secret: random.chance(0.8) ? secret : "guessed", turn } }], [8, 1, "kept:s"]);
    }
    await sleep(20);
    for (const raw of [first, ...raws]) raw?.cut();
  },

  async "sessions that are guessed"(world, random) {
    const raws = await Promise.all(Array.from({ length: 10 }, () => RawSocket.open(world.port)));
    for (const raw of raws) {
      const guess = random.pick([
        "__proto__",
        "constructor",
        "\u0000",
        " ",
        "a c",
        random.bytes(16).toString("base64url"),
      ]);
      raw?.send([0, { resume: { session: guess, secret: guess } }], [14]);
      world.count("guesses");
    }
    await sleep(10);
    for (const raw of raws) raw?.cut();
  },
};

/** Sends a lot of messages, numbered, as fast as they are taken. */
function storm(message) {
  return async (world, random) => {
    const raw = await RawSocket.open(world.port);
    const own = random.between(0, 1e9);
    let number = 0;
    for (let times = 0; raw !== undefined && times < TIMES && !raw.closed && !world.resting; times++) {
      raw.send(...Array.from({ length: MANY }, () => message(number++, own)));
      await raw.room();
      await sleep(1);
    }
    world.count("messages in storms", number);
    raw?.cut();
  };
}
