import { Track } from "../ledger/track.mjs";
import { RawConnection } from "../raw-connection.mjs";

const SUBSCRIBE = 8;
const SUBSCRIBED = 9;
const UNSUBSCRIBE = 10;
const EVENT = 12;
const PING = 14;
const PONG = 15;
const ERROR = 4;
const REFUSALS = new Set(["OVERLOADED", "UNAVAILABLE"]);
/** How long a connection lasts, in milliseconds, at least and at most. */
const LASTS_MS = [500, 8_000];

/** Follows a channel by the protocol alone: what follows SUBSCRIBED has to be without a hole, and nothing comes twice. */
export function rawFollower(world, random, ledger, index) {
  const who = `raw follower ${index} of ${ledger.channel}`;
  const complain = (text) => world.complain(text);
  const track = new Track(ledger, who, complain);
  /** What each SUBSCRIBE that is not answered asked for, by its id. */
  const asked = new Map();
  let lastId = 0;
  let connection;
  let place;

  function receive(message) {
    const [kind, ...rest] = message;
    if (kind === EVENT) event(rest);
    else if (kind === SUBSCRIBED) subscribed(rest);
    else if (kind === PING) connection.send([PONG, rest[0]]);
    else if (kind === ERROR) refused(rest);
  }

  function event([, data, info]) {
    world.count("publications followed");
    track.event(data, info?.offset);
    if (place !== undefined) place = { ...place, offset: track.at };
  }

  function subscribed([id, info]) {
    const since = asked.get(id);
    asked.delete(id);
    const now = { epoch: info.epoch, offset: info.offset };
    if (track.at === undefined) track.begin(now.epoch, now.offset);
    else {
      track.back(since.offset);
      if (info.recovered !== true) {
        world.count("gaps told");
        track.gap(since, now);
      }
    }
    place = { epoch: info.epoch, offset: track.at };
  }

  function refused([id, code, text]) {
    // one that was ended before it began is told so
    if (asked.delete(id) && (REFUSALS.has(code) || code === "CANCELLED")) {
      if (code !== "CANCELLED") connection.cut();
    } else complain(`${who} got ERROR ${code} (${text})`);
  }

  function subscribe(since = place) {
    const id = ++lastId;
    asked.set(id, since);
    connection.send([SUBSCRIBE, id, ledger.channel, ...(since === undefined ? [] : [{ since }])]);
  }

  /** Does what a nervous client would do. */
  async function fidget() {
    await world.pause(random.between(...LASTS_MS));
    if (world.stopping) return;
    const what = random.pick(["cut", "cut", "freeze", "again", "flap"]);
    world.count(`raw followers: ${what}`);
    if (what === "freeze") {
      connection.socket.pause();
      await world.pause(random.between(100, 2_500));
      connection.socket.resume();
    } else if (what === "cut") connection.cut();
    else if (place !== undefined && asked.size === 0) {
      if (what === "flap") connection.send([UNSUBSCRIBE, ++lastId, ledger.channel]);
      subscribe();
    }
  }

  async function connect() {
    asked.clear();
    connection = new RawConnection(world.port, receive);
    const { closed } = connection;
    if (await connection.opened()) {
      subscribe();
      const fidgeting = (async () => {
        const own = connection;
        while (!world.stopping && connection === own && own.socket.readyState === 1) await fidget();
      })();
      await closed;
      world.count("connections lost");
      await fidgeting;
    }
    await world.rest(random.between(20, 600));
  }

  const over = (async () => {
    while (!world.closing) await connect();
  })().catch((error) => complain(`${who} failed by itself: ${error?.stack ?? error}`));
  return {
    who,
    get waitsFor() {
      return track.missing;
    },
    stopped: Promise.resolve(),
    close() {
      connection?.cut();
      return over;
    },
  };
}
