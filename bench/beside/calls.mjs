// CPU of the server per call beside others', one call at a time and sixteen, each in its own protocol, in one run.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS } from "../lib/arms.mjs";
import { lasting, rounds } from "../lib/effort.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { median } from "../lib/statistics.mjs";
import { withServers } from "../lib/with-servers.mjs";

const ROUNDS = rounds(5);
const ROUND_MS = lasting(1_000);
const SETTLE_MS = 50;
const CONNECTIONS = 32;
export const DEPTHS = [1, 16];

/** @returns for each depth and server `{ depth, name, costs, rates }`: microseconds of CPU a call, and calls a second, by round */
export function benchPeerCalls(names = [...ARMS.keys()]) {
  return withServers(ARMS, names, async (servers) => {
    const arms = DEPTHS.flatMap((depth) => names.map((name) => ({ name, depth, costs: [], rates: [] })));
    for (let round = -1; round < ROUNDS; round++) {
      for (const { name, depth, costs, rates } of arms) {
        const { cpu, calls, seconds } = await hammer(servers.get(name), DIALECTS[ARMS.get(name).dialect], depth);
        if (round < 0) continue; // warm-up
        costs.push(cpu / calls);
        rates.push(calls / seconds);
      }
    }
    return arms;
  });
}

/** Keeps so many calls of each connection under way. */
async function hammer(server, dialect, depth) {
  const { frame, answers } =
    depth === 1
      ? { frame: dialect.call(), answers: 1 }
      : (dialect.calls?.(depth) ?? {
          frame: Buffer.concat(Array.from({ length: depth }, (_, id) => dialect.call(id + 1))),
          answers: depth,
        });
  let done = 0;
  let running = true;
  const sockets = [];
  for (let index = 0; index < CONNECTIONS; index++) {
    let open = answers;
    const socket = await openPeer(dialect, server.port, () => {
      if (--open > 0) return;
      open = answers;
      done += depth;
      if (running) socket.write(frame);
    });
    sockets.push(socket);
  }
  const before = await server.usage();
  const start = performance.now();
  for (const socket of sockets) socket.write(frame);
  await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  const [calls, seconds] = [done, (performance.now() - start) / 1_000];
  const after = await server.usage();
  running = false;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  for (const socket of sockets) socket.destroy();
  if (calls === 0) throw new Error("Nothing was answered.");
  return { cpu: after.cpu - before.cpu, calls, seconds };
}

if (process.argv[1]?.endsWith("beside/calls.mjs")) {
  for (const { name, depth, costs, rates } of await benchPeerCalls(process.argv[2]?.split(","))) {
    const cost = `${median(costs).toFixed(2)} µs CPU/call`.padStart(20);
    console.log(`${name.padEnd(30)} depth ${depth}`.padEnd(42), cost, `${Math.round(median(rates))}/s`.padStart(12));
  }
}
