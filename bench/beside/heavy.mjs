// How long light calls wait while others ask for what keeps a core busy for a tenth of a second, beside others'.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { median, quantile } from "../lib/statistics.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const ROUND_MS = 4_000;
const LIGHT_EVERY_MS = 5;
const HEAVY_EVERY_MS = 400;
/** About a tenth of a second. */
const ITERATIONS = 300_000;
/** On tRPC and SocketCluster it is the same as on the others that have one thread. */
const NAMES = ["Fugitive", "bare uWebSockets.js", "Bun", "ws", "Socket.IO"];

/** @returns for each server `{ name, idle, busy }`: the 99th percentile of light calls in milliseconds, by round */
export async function benchPeerHeavy(names = NAMES) {
  const arms = names.map((name) => ({ name, idle: [], busy: [] }));
  for (const arm of arms) {
    const { dialect: dialectName, start } = ARMS.get(arm.name);
    const dialect = DIALECTS[dialectName];
    const server = await start();
    try {
      for (let round = -1; round < ROUNDS; round++) {
        const idle = await measure(dialect, server.port, false);
        const busy = await measure(dialect, server.port, true);
        if (round < 0) continue; // warm-up
        arm.idle.push(idle);
        arm.busy.push(busy);
      }
    } finally {
      await server.stop();
    }
  }
  return arms;
}

async function measure(dialect, port, heavy) {
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
  await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
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
