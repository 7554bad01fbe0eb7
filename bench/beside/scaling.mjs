// How the cost of a call grows with connections and with the size of messages, and that of a publication with subscribers,
// beside others': the exponent k of cost ~ n^k is the slope where both axes are logarithmic.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { callInTurn, openAll } from "../lib/slots.mjs";
import { median } from "../lib/statistics.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const ROUND_MS = 1_000;
const IN_FLIGHT = 32;
const FEW = 32;
export const CONNECTIONS = [10, 100, 1_000, 10_000];
/** Bytes of a text that comes back; it cannot be deflated to much less. */
export const SIZES = [16, 64, 256, 1_024, 4_096, 16_384, 65_536];

/** @returns for each server `{ name, points: [[connections, µs of CPU a call], …] }` */
export async function benchConnectionsGrow(names = [...ARMS.keys()], counts = CONNECTIONS) {
  return eachServer(names, counts, async (server, dialect, count) => {
    const peers = await openAll(dialect, server.port, count);
    const cost = await costOf(server, peers, dialect.call(), Math.min(IN_FLIGHT, count));
    for (const { socket } of peers) socket.destroy();
    return cost;
  });
}

/** @returns for each server `{ name, points: [[bytes, µs of CPU an echo], …] }` */
export async function benchSizesGrow(names = [...ARMS.keys()], sizes = SIZES) {
  return eachServer(names, sizes, async (server, dialect, size) => {
    const peers = await openAll(dialect, server.port, FEW);
    const cost = await costOf(server, peers, dialect.invoke("echo", textOf(size)), IN_FLIGHT);
    for (const { socket } of peers) socket.destroy();
    return cost;
  });
}

async function eachServer(names, values, measure) {
  const results = [];
  for (const name of names) {
    const { dialect, start } = ARMS.get(name);
    const server = await start();
    try {
      const points = [];
      for (const value of values) points.push([value, await measure(server, DIALECTS[dialect], value)]);
      results.push({ name, points });
    } finally {
      await server.stop();
    }
  }
  return results;
}

async function costOf(server, peers, frame, inFlight) {
  const costs = [];
  for (let round = -1; round < ROUNDS; round++) {
    const before = await server.usage();
    const { answers } = await callInTurn(peers, frame, inFlight, ROUND_MS);
    const after = await server.usage();
    if (answers === 0) throw new Error("Nothing was answered.");
    if (round >= 0) costs.push((after.cpu - before.cpu) / answers);
  }
  return median(costs);
}

/** Letters in no order, the same each time. */
function textOf(size) {
  let seed = 1;
  return Array.from({ length: size }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (seed % 26));
  }).join("");
}
