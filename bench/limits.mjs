// What it costs a call to be held against the rates of its connection and of its address: with and without, in the same
// run, alternating rounds, medians.
import { Packr } from "msgpackr";
import { startServer } from "./lib/child.mjs";
import { clientFrame, hammer } from "./lib/raw-client.mjs";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 9;
const ROUND_MS = 1_000;
const CONNECTIONS = 32;
const BATCH = 16;
const MOST_FOR_RATES = 1.1;
const MSGPACK = "fugitive.v1.msgpack";

/** Everything is counted, loopback included, and nothing is ever too much. */
const MOST = 1_000_000_000;
const ON = { rateLimits: "on", exemptIps: ["none"], messageRate: MOST, callRate: MOST, ipRate: MOST, byteRate: MOST };
const OFF = { rateLimits: "off" };

const packr = new Packr({ useRecords: false, variableMapSize: true });
const call = (id) => [2, id, "math.add", { x: 1, y: 6 }];
const single = clientFrame(packr.pack(call(1)));
const batch = clientFrame(packr.pack(Array.from({ length: BATCH }, (_, id) => call(id))));

/** @returns by kind of frame: calls a second with and without, and what a call costs with them beside without */
export async function benchLimits() {
  const servers = { on: await server(ON), off: await server(OFF) };
  const kinds = { single: { frame: single, calls: 1 }, batch: { frame: batch, calls: BATCH } };
  const results = Object.fromEntries(
    Object.keys(kinds).map((kind) => [kind, { on: { costs: [], rates: [] }, off: { costs: [], rates: [] } }]),
  );
  for (let round = -1; round < ROUNDS; round++) {
    for (const [kind, { frame, calls }] of Object.entries(kinds)) {
      for (const how of round % 2 === 0 ? ["on", "off"] : ["off", "on"]) {
        const { port, usage } = servers[how];
        const before = await usage();
        const answers = await hammer({ port, subprotocol: MSGPACK, frame, connections: CONNECTIONS, ms: ROUND_MS });
        const after = await usage();
        if (round < 0) continue; // warm-up
        results[kind][how].costs.push((after.cpu - before.cpu) / (answers * calls));
        results[kind][how].rates.push((answers * calls * 1000) / ROUND_MS);
      }
    }
  }
  await Promise.all([servers.on.stop(), servers.off.stop()]);
  return Object.entries(results).map(([kind, { on, off }]) => ({
    kind,
    on: { cpu: median(on.costs), rate: median(on.rates) },
    off: { cpu: median(off.costs), rate: median(off.rates) },
    beside: median(on.costs.map((cost, round) => cost / off.costs[round])),
  }));
}

/** The same as rows of the report. */
export async function limitRows() {
  const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
  return (await benchLimits()).flatMap(({ kind, on, off, beside }) => {
    const what = kind === "batch" ? `a call in a batch of ${BATCH}` : "a call";
    return [
      { what: `${what}, rates counted and not`, value: `${whole.format(on.rate)}/s and ${whole.format(off.rate)}/s` },
      {
        what: `CPU of ${what} whose rates are counted, beside one without`,
        value: `${beside.toFixed(2)} ×`,
        goal: `≤ ${MOST_FOR_RATES.toFixed(2)} ×`,
        met: beside <= MOST_FOR_RATES,
      },
    ];
  });
}

function server(options) {
  return startServer("fugitive.mjs", [JSON.stringify(options)]);
}

if (process.argv[1]?.endsWith("limits.mjs")) {
  for (const { kind, on, off, beside } of await benchLimits()) {
    const show = ({ cpu, rate }) => `${cpu.toFixed(2)} µs CPU/call, ${Math.round(rate)}/s`;
    console.log(`${kind.padEnd(7)} on: ${show(on)}; off: ${show(off)}; ${beside.toFixed(3)} ×`);
  }
}
