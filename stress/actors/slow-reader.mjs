import { FLOODS } from "../channels.mjs";
import { SEND_BUDGET } from "../cluster.mjs";
import { unreadBytes } from "../processes.mjs";
import { RawConnection } from "../raw-connection.mjs";

const SUBSCRIBE = 8;
/** How long it takes nothing, in milliseconds, at least and at most; most of them, and some. */
const STUCK_MS = [2_000, 8_000];
const LONG_STUCK_MS = [10_000, 20_000];
/** No system, and no server that keeps its limits, holds so many bytes for one who does not read. */
const TOO_MANY = unreadBytes() + 4 * SEND_BUDGET;
/** How long it may take to read what there is, up to the end, in milliseconds. */
const READ_MS = 10_000;

/** Subscribes to more than it reads, which is nothing. */
export function slowReader(world, random, index) {
  const who = `slow reader ${index}`;
  let connection;

  async function stuckOn(channel) {
    const published = () => world.counts.get(`flood: bytes on ${channel}`) ?? 0;
    connection.send([SUBSCRIBE, 1, channel]);
    connection.socket.pause();
    const before = published();
    await world.pause(random.between(...(random.chance(0.3) ? LONG_STUCK_MS : STUCK_MS)));
    const missed = published() - before;
    // what the server closed in the meantime is only seen by who reads
    connection.socket.resume();
    const code = await Promise.race([connection.closed, world.pause(missed > TOO_MANY ? READ_MS : 500)]);
    if (code !== undefined) world.count(`slow readers closed with ${code}`);
    // of the other channels, publications are left out for it
    else if (missed > TOO_MANY && channel === FLOODS[0] && !world.stopping)
      world.complain(`${who} did not read ${missed} bytes of ${channel}, and was not closed`);
  }

  const done = world.repeat(who, async () => {
    connection = new RawConnection(world.port, () => undefined);
    if (await connection.opened()) await stuckOn(random.pick([FLOODS[0], ...FLOODS]));
    connection.cut();
    await world.pause(random.between(0, 500));
  });
  return { who, waitsFor: undefined, stopped: done, close: () => connection?.cut() };
}
