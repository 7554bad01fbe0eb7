// How many events of a gateway one process hands over, and what that costs it. Needs a build and a broker:
// `npm run build && node bench/gateway.mjs redis://127.0.0.1:6379 amqp://guest:guest@127.0.0.1:5672` (one of them will do).
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayStreams } from "../dist/server/gateway/gateway-streams.js";
import { compileJsonVariables } from "../dist/server/gateway/json-variables.js";
import { median } from "./lib/statistics.mjs";

const ROUNDS = 5;
const ROUND_MS = 2_000;
const SOURCES = 1_000;
/** Messages of one turn, and how many events may wait before the next one. */
const TURN = 200;
const MOST_WAITING = 4_000;

const message = Buffer.from(JSON.stringify({ command: "join", text: "x".repeat(73) }));
const bytes = message.buffer.slice(message.byteOffset, message.byteOffset + message.length);
const path = { path: "/bench", streamTags: ["group"], json: compileJsonVariables({ command: "command" }) };

async function measure(kind, options) {
  const streams = new GatewayStreams(options, console);
  const counters = () => streams.counters()[kind];
  while (!counters().connected) await sleep(10);
  const sources = Array.from({ length: SOURCES }, (_, id) => ({ id: `${id}`, path, tags: { group: "a" } }));
  for (const source of sources) streams.opened(source);
  const rates = [];
  const costs = [];
  for (let round = -1; round < ROUNDS; round++) {
    const [before, cpu, started] = [counters().sent, process.cpuUsage(), performance.now()];
    let next = 0;
    while (performance.now() - started < ROUND_MS) {
      for (let count = 0; count < TURN; count++) streams.message(sources[next++ % SOURCES], bytes, false);
      do await sleep(1);
      while (counters().buffered > MOST_WAITING);
    }
    while (counters().buffered > 0) await sleep(1);
    if (round < 0) continue; // warm-up
    const [sent, { user, system }] = [counters().sent - before, process.cpuUsage(cpu)];
    rates.push((sent / (performance.now() - started)) * 1_000);
    costs.push((user + system) / sent);
  }
  await streams.close();
  const rate = Math.round(median(rates)).toLocaleString("en");
  console.log(`${kind}: ${rate} events/s of ${message.length} bytes, ${median(costs).toFixed(1)} µs of CPU for each`);
}

for (const url of process.argv.slice(2)) {
  if (url.startsWith("redis")) await measure("redis", { redis: { url, stream: "bench", maxLength: 100_000 } });
  else await measure("amqp", { amqp: { url, exchange: "bench", queue: "bench" } });
}
