import { ROOM, TEAM } from "../channels.mjs";
import { StressClient } from "../clients.mjs";

const LOOK_MS = 300;

/** Is in no room itself, asks who is there, and compares that with who really is, and with what these were told. */
export function doorkeeper(world, guests) {
  const who = "$presence";
  const stress = new StressClient(world);
  let room;
  let team;

  const over = (async () => {
    while (!world.closing) {
      const ask = (channel) => stress.client.call("$presence", channel, { idempotent: true }).catch(() => undefined);
      [room, team] = await Promise.all([ask(ROOM), ask(TEAM)]);
      await world.rest(LOOK_MS);
    }
  })();

  function difference() {
    if (room === undefined || team === undefined) return `${who} is not answered`;
    const unknown = guests.find(({ self }) => self === undefined);
    if (unknown !== undefined) return `${unknown.who} does not know who it is`;
    const there = guests.map(({ self }) => named(self));
    const rooms = compare(`${who} of ${ROOM}`, room.map(named), there);
    if (rooms !== undefined) return rooms;
    for (const { who: whose, picture } of guests) {
      if (picture === undefined) return `${whose} was never told who is there`;
      const drawn = [...picture].map(([connection, user]) => named({ connection, user }));
      const pictures = compare(`the picture that ${whose} was given of ${ROOM}`, drawn, there);
      if (pictures !== undefined) return pictures;
    }
    // several of one user are one there
    const users = guests.map(({ self }) => self.user ?? `nobody, connection ${self.connection}`);
    const counted = team.map(({ connection, user }) => user ?? `nobody, connection ${connection}`);
    return compare(`${who} of ${TEAM}`, counted, [...new Set(users)]);
  }

  return {
    who,
    get waitsFor() {
      return difference();
    },
    stopped: Promise.resolve(),
    close() {
      stress.close();
      return over;
    },
  };
}

function named({ connection, user }) {
  return `${connection} (${user ?? "nobody"})`;
}

function compare(what, told, real) {
  const missing = real.filter((one) => !told.includes(one));
  const wrong = told.filter((one, index) => !real.includes(one) || told.indexOf(one) !== index);
  if (missing.length === 0 && wrong.length === 0) return undefined;
  return `${what} lacks ${missing.join(", ") || "nobody"}, and has ${wrong.join(", ") || "nobody"} who should not be there`;
}
