// Memory of a server per idle connection, beside others': resident, garbage collected before. What grows once, whatever the
// number of connections, weighs the less the more there are; the slope leaves it out. Of what runs on Node.js, all have the
// young generation of their heap kept small: it grows while the first ten thousand connections come, and then no more.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { QUICK } from "../lib/effort.mjs";
import { openFilesLimit } from "../lib/open-files.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { slope } from "../lib/statistics.mjs";

const AT_ONCE = 50;
const FIRST = 200;
const SETTLE_MS = 700;
/** Descriptors that are for something else. */
const SPARE = 500;
/** Connections to one port from one address. */
const PORTS = 28_000;
const MOST = Math.min(openFilesLimit() - SPARE, PORTS);
export const AT = QUICK ? [1_000, 4_000, 6_000] : [1_000, 4_000, 10_000, 14_000, MOST];

/** @returns for each server `{ name, points }`: connections, and bytes that all of them take */
export async function benchPeerIdle(names = [...ARMS.keys()], at = AT) {
  const results = [];
  for (const name of names) results.push({ name, points: await measure(ARMS.get(name), at) });
  return results;
}

async function measure({ dialect: dialectName, start }, at) {
  const dialect = DIALECTS[dialectName];
  const server = await start({ execArgv: ["--expose-gc", "--max-semi-space-size=1"] });
  const sockets = [];
  async function open(count) {
    while (sockets.length < count) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () =>
        connectTo(dialect, server.port),
      );
      sockets.push(...(await Promise.all(batch)));
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await server.usage();
    return (await server.usage()).memory.rss;
  }
  try {
    const before = await open(FIRST);
    const points = [];
    for (const count of at) points.push({ connections: count, bytes: (await open(count + FIRST)) - before });
    return points;
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

/** One that has introduced itself, where that is how it is done. */
async function connectTo(dialect, port) {
  const { hello } = dialect;
  if (hello === undefined) return openPeer(dialect, port, () => undefined);
  let heard;
  const welcome = new Promise((resolve) => {
    heard = resolve;
  });
  const socket = await openPeer(dialect, port, () => heard());
  socket.write(hello);
  await welcome;
  return socket;
}

if (process.argv[1]?.endsWith("beside/idle.mjs")) {
  for (const { name, points } of await benchPeerIdle(process.argv[2]?.split(";"))) {
    const each = points.map(
      ({ connections, bytes }) => `${connections}: ${(bytes / connections / 1_000).toFixed(2)} kB`,
    );
    const later = points.filter(({ connections }) => connections >= 4_000);
    const more = slope(later.map(({ connections, bytes }) => [connections, bytes])) / 1_000;
    console.log(name.padEnd(30), each.join(", "), `each further one ${more.toFixed(2)} kB`);
  }
}
