import { FLOODS, FOLLOWED } from "../channels.mjs";
import { RawConnection } from "../raw-connection.mjs";

const HELLO = 0;
const CALL = 2;
const ACK = 5;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const EVENT = 12;
const PING = 14;
const PONG = 15;
const STORM = [5, 40];
const STORMS_MS = [300, 3_000];
const ROUNDS = 8;
const ANSWER_MS = 5_000;

/** Many who come at once, and go in all the ways there are. */
export function connectionStorm(world, random, index) {
  const who = `connection storm ${index}`;

  async function visitor() {
    const connection = new RawConnection(world.port, () => undefined, random.pick(["json", "msgpack"]));
    if (random.chance(0.3)) {
      // before it is there
      await world.rest(random.between(0, 5));
    } else if (await connection.opened()) {
      if (random.chance(0.7)) connection.send([HELLO, { client: "a visitor" }]);
      if (random.chance(0.5)) connection.send([SUBSCRIBE, 1, random.pick(FOLLOWED).channel]);
      if (random.chance(0.5)) connection.send([CALL, 2, "items", { count: 1_000, ms: 5 }]);
      await world.rest(random.pick([0, 0, random.between(0, 300)]));
    }
    if (random.chance(0.5)) connection.socket.close(1000);
    else connection.cut();
    await Promise.race([connection.closed, world.rest(ANSWER_MS)]);
    connection.cut();
  }

  const done = world.repeat(who, async () => {
    const visitors = random.between(...STORM);
    world.count("visitors", visitors);
    await Promise.all(Array.from({ length: visitors }, visitor));
    await world.pause(random.between(...STORMS_MS));
  });
  return { who, waitsFor: undefined, stopped: done, close: () => undefined };
}

/** Subscribes and unsubscribes: who has unsubscribed, and was told so, gets nothing any more. */
export function subscriptionChurn(world, random, index) {
  const who = `subscription churn ${index}`;
  /** How many events came of each channel. */
  const events = new Map();
  let answered;
  let lastId = 0;

  function receive([kind, name]) {
    if (kind === EVENT) events.set(name, (events.get(name) ?? 0) + 1);
    else if (kind === PING) return;
    else if ([ACK, PONG].includes(kind)) answered?.(name);
  }

  /** @returns whether it was answered */
  async function ask(connection, build) {
    const id = ++lastId;
    const answer = new Promise((resolve) => {
      answered = (itsId) => itsId === id && resolve(true);
    });
    connection.send(build(id));
    return (await Promise.race([answer, connection.closed, world.rest(ANSWER_MS)])) === true;
  }

  async function round(connection) {
    const channel = random.pick([...FLOODS, ...FOLLOWED.map(({ channel: name }) => name)]);
    const asked = random.chance(0.2) ? channel.replace(/:.*/, ":*") : channel;
    connection.send([SUBSCRIBE, ++lastId, asked]);
    await world.pause(random.pick([0, random.between(0, 300)]));
    if (!(await ask(connection, (id) => [UNSUBSCRIBE, id, asked]))) return;
    // what was on its way is here by then
    if (!(await ask(connection, (id) => [PING, id]))) return;
    const before = events.get(channel) ?? 0;
    await world.pause(random.between(50, 400));
    const after = events.get(channel) ?? 0;
    world.count("channels unsubscribed");
    if (after > before)
      world.complain(`${who} has unsubscribed ${asked}, and got ${after - before} publications of it`);
  }

  const done = world.repeat(who, async () => {
    const connection = new RawConnection(world.port, receive);
    if (await connection.opened()) {
      for (let rounds = 0; rounds < ROUNDS && !world.stopping && connection.socket.readyState === 1; rounds++)
        await round(connection);
    }
    connection.cut();
    await world.pause(random.between(0, 300));
  });
  return { who, waitsFor: undefined, stopped: done, close: () => undefined };
}
