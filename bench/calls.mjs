// CPU of the server per call, beside bare uWebSockets.js in the same run: alternating rounds, medians.
import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { clientFrame, hammer } from "./lib/raw-client.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 7;
const ROUND_MS = 1_000;
const CONNECTIONS = 32;
const MSGPACK = "fugitive.v1.msgpack";

const packr = new Packr({ useRecords: false, variableMapSize: true });
const call = (id, procedure) => [2, id, procedure, { x: 1, y: 6 }];
const single = clientFrame(packr.pack(call(1, "math.add")));
const batch = clientFrame(packr.pack(Array.from({ length: 16 }, (_, id) => call(id, "math.add"))));
const laterBatch = clientFrame(packr.pack(Array.from({ length: 16 }, (_, id) => call(id, "math.later"))));
const later = clientFrame(packr.pack(call(1, "math.later")));

/** @returns rows of `{ name, perCall, unit }` */
export async function benchCalls() {
  const echo = await startServer("bare.mjs", ["echo"]);
  const codec = await startServer("bare.mjs", ["codec"]);
  const ours = await startServer("fugitive.mjs");
  const arms = [
    { name: "bare uWebSockets.js, echo", server: echo, frame: single, calls: 1 },
    { name: "bare uWebSockets.js, decode and encode", server: codec, frame: single, calls: 1 },
    { name: "Fugitive, depth 1", server: ours, frame: single, calls: 1, subprotocol: MSGPACK },
    { name: "Fugitive, depth 1, async procedure", server: ours, frame: later, calls: 1, subprotocol: MSGPACK },
    { name: "Fugitive, batches of 16", server: ours, frame: batch, calls: 16, subprotocol: MSGPACK },
    {
      name: "Fugitive, batches of 16, async procedures",
      server: ours,
      frame: laterBatch,
      calls: 16,
      subprotocol: MSGPACK,
    },
  ].map((arm) => ({ ...arm, costs: [], rates: [] }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const { server, frame, calls, subprotocol, costs, rates } of arms) {
      const before = await server.usage();
      const answers = await hammer({ port: server.port, subprotocol, frame, connections: CONNECTIONS, ms: ROUND_MS });
      const after = await server.usage();
      if (round < 0) continue; // warm-up
      costs.push((after.cpu - before.cpu) / (answers * calls));
      rates.push((answers * calls * 1000) / ROUND_MS);
    }
  }
  await Promise.all([echo, codec, ours].map((server) => server.stop()));
  return arms.map(({ name, costs, rates }) => ({ name, cpu: median(costs), rate: median(rates), costs }));
}

if (import.meta.main ?? process.argv[1]?.endsWith("calls.mjs")) {
  for (const { name, cpu, rate } of await benchCalls()) {
    console.log(name.padEnd(45), `${cpu.toFixed(2)} µs CPU/call`.padStart(18), `${Math.round(rate)}/s`.padStart(12));
  }
}
