// Connections that come, shake hands and go, as fast as they do, and all at once, as after an outage: how many a second,
// and what each costs the server, beside others'.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { QUICK, rounds } from "../lib/effort.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { median } from "../lib/statistics.mjs";
import { withServers } from "../lib/with-servers.mjs";

const ROUNDS = rounds(3);
const CONNECTS = QUICK ? 1_000 : 3_000;
const AT_ONCE = 32;
/** How many come at the same moment. */
const STORM = 2_000;

/** @returns for each server `{ name, costs, rates, storms }`: µs of CPU a connection, connections a second, seconds until all are back */
export function benchPeerConnects(names = [...ARMS.keys()]) {
  return withServers(ARMS, names, async (servers) => {
    const arms = names.map((name) => ({ name, costs: [], rates: [], storms: [] }));
    for (let round = -1; round < ROUNDS; round++) {
      for (const { name, costs, rates, storms } of arms) {
        const [server, dialect] = [servers.get(name), DIALECTS[ARMS.get(name).dialect]];
        const before = await server.usage();
        const seconds = await comeAndGo(server.port, dialect);
        const after = await server.usage();
        const storm = await allAtOnce(server.port, dialect);
        if (round < 0) continue; // warm-up
        costs.push((after.cpu - before.cpu) / CONNECTS);
        rates.push(CONNECTS / seconds);
        storms.push(storm);
      }
    }
    return arms;
  });
}

async function comeAndGo(port, dialect) {
  const start = performance.now();
  let left = CONNECTS;
  const one = async () => {
    while (left-- > 0) (await openPeer(dialect, port, () => undefined)).destroy();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return (performance.now() - start) / 1_000;
}

async function allAtOnce(port, dialect) {
  const start = performance.now();
  const sockets = await Promise.all(Array.from({ length: STORM }, () => openPeer(dialect, port, () => undefined)));
  const seconds = (performance.now() - start) / 1_000;
  for (const socket of sockets) socket.destroy();
  return seconds;
}

if (process.argv[1]?.endsWith("beside/connects.mjs")) {
  for (const { name, costs, rates, storms } of await benchPeerConnects(process.argv[2]?.split(";"))) {
    const storm = `${STORM} at once in ${median(storms).toFixed(2)} s`;
    console.log(name.padEnd(30), `${median(costs).toFixed(0)} µs CPU each, ${Math.round(median(rates))}/s, ${storm}`);
  }
}
