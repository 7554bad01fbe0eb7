// How long light calls wait while others ask for what keeps a core busy for a tenth of a second, beside others'.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { lasting, rounds } from "../lib/effort.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { withServers } from "../lib/with-servers.mjs";

const ROUNDS = rounds(3);
const ROUND_MS = lasting(3_000);
const WARM_UP_MS = 1_000;
const LIGHT_EVERY_MS = 5;
const HEAVY_EVERY_MS = 400;
/** About a tenth of a second. */
const ITERATIONS = 300_000;
/** On tRPC and SocketCluster it is the same as on the others that have one thread. */
const NAMES = ["Fugitive", "bare uWebSockets.js", "Bun", "ws", "Socket.IO"];

/** @returns for each server `{ name, idle, busy }`: the 99th percentile of light calls in milliseconds, by round */
export function benchPeerHeavy(names = NAMES) {
  const arms = names.map((name) => ({ name, idle: [], busy: [] }));
  return withServers(ARMS, names, async (servers) => {
    const look = ({ name }, heavy, ms) => measure(DIALECTS[ARMS.get(name).dialect], servers.get(name).port, heavy, ms);
    for (const arm of arms) await look(arm, true, WARM_UP_MS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const arm of arms) {
        arm.idle.push(await look(arm, false, ROUND_MS));
        arm.busy.push(await look(arm, true, ROUND_MS));
      }
    }
    return arms;
  });
}

async function measure(dialect, port, heavy, ms) {
  const times = [];
  let sent = [];
  const light = await openPeer(dialect, port, () => times.push(performance.now() - sent.shift()));
  const other = await openPeer(dialect, port, () => undefined);
  const frame = dialect.call();
  const lightTimer = setInterval(() => {
    sent.push(performance.now());
    light.write(frame);
  }, LIGHT_EVERY_MS);
  const hash = dialect.invoke("hash", { iterations: ITERATIONS });
  const heavyTimer = heavy ? setInterval(() => other.write(hash), HEAVY_EVERY_MS) : undefined;
  await new Promise((resolve) => setTimeout(resolve, ms));
  clearInterval(lightTimer);
  clearInterval(heavyTimer);
  // those that still wait have waited for so long at least
  const now = performance.now();
  times.push(...sent.map((at) => now - at));
  sent = [];
  light.destroy();
  other.destroy();
  return quantile(times, 0.99);
}

if (process.argv[1]?.endsWith("beside/heavy.mjs")) {
  for (const { name, idle, busy } of await benchPeerHeavy(process.argv[2]?.split(";"))) {
    console.log(
      name.padEnd(30),
      `p99 ${median(idle).toFixed(1)} ms idle, ${median(busy).toFixed(1)} ms beside heavy calls`,
    );
  }
}
