// How the cost of a call grows with connections and with the size of messages, and that of a publication with subscribers,
// beside others': the exponent k of cost ~ n^k is the slope where both axes are logarithmic.

import { DIALECTS } from "../dialects/index.mjs";
import { ARMS, ARMS_FOR_SIZES } from "../lib/arms.mjs";
import { lasting, QUICK, rounds } from "../lib/effort.mjs";
import { callInTurn, openAll } from "../lib/slots.mjs";
import { median } from "../lib/statistics.mjs";
import { textOf } from "../lib/text.mjs";
import { withServers } from "../lib/with-servers.mjs";

const ROUNDS = rounds(3);
const ROUND_MS = lasting(900);
const WARM_UP_MS = ROUND_MS / 3;
const IN_FLIGHT = 32;
const FEW = 32;
export const CONNECTIONS = QUICK ? [10, 100, 1_000] : [10, 100, 1_000, 10_000];
/** Bytes of a text that comes back; it cannot be deflated to much less. */
export const SIZES = [16, 64, 256, 1_024, 4_096, 16_384, 65_536];

/** @returns for each server `{ name, points }`: for each number of connections `{ at, costs }`, µs of CPU a call by round */
export async function benchConnectionsGrow(names = [...ARMS.keys()], counts = CONNECTIONS) {
  return inTurn(ARMS, names, counts, (server, dialect, count) =>
    costOf(server, dialect, count, dialect.call(), Math.min(IN_FLIGHT, count)),
  );
}

/** @returns for each server `{ name, points }`: for each number of bytes `{ at, costs }`, µs of CPU an echo by round */
export async function benchSizesGrow(names = [...ARMS_FOR_SIZES.keys()], sizes = SIZES) {
  return inTurn(ARMS_FOR_SIZES, names, sizes, (server, dialect, size) =>
    costOf(server, dialect, FEW, dialect.invoke("echo", textOf(size)), IN_FLIGHT),
  );
}

function inTurn(arms, names, values, measure) {
  const results = names.map((name) => ({ name, points: values.map((at) => ({ at, costs: [] })) }));
  return withServers(arms, names, async (servers) => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, value] of values.entries()) {
        for (const { name, points } of results) {
          points[index].costs.push(await measure(servers.get(name), DIALECTS[arms.get(name).dialect], value));
        }
      }
    }
    return results;
  });
}

/** With connections of its own, as thousands are not kept for what is not measured just then. */
async function costOf(server, dialect, connections, frame, inFlight) {
  const peers = await openAll(dialect, server.port, connections);
  try {
    await callInTurn(peers, frame, inFlight, WARM_UP_MS);
    const before = await server.usage();
    const { answers } = await callInTurn(peers, frame, inFlight, ROUND_MS);
    const after = await server.usage();
    if (answers === 0) throw new Error("Nothing was answered.");
    return (after.cpu - before.cpu) / answers;
  } finally {
    // without TIME_WAIT, of which ports would run out
    for (const { socket } of peers) socket.resetAndDestroy();
  }
}

if (process.argv[1]?.endsWith("beside/scaling.mjs")) {
  const names = process.argv[2]?.split(";");
  for (const bench of [benchConnectionsGrow, benchSizesGrow]) {
    for (const { name, points } of await bench(names)) {
      const costs = points.map(({ at, costs }) => `${at}: ${median(costs).toFixed(2)} µs`);
      console.log(bench.name, name.padEnd(30), costs.join(", "));
    }
  }
}
