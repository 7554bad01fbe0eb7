// Calls that a queue keeps and remote workers do, from a client to its result, by way of one Redis; beside requests and
// replies on bare lists of the same Redis, LPUSH and BRPOP, which are lost where anybody crashes.
// Needs a build and redis-server: `npm run build`, and `node bench/jobs.mjs`.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "../tools/read-arguments.mjs";
import { endAll, ending } from "./lib/ending.mjs";
import { cpuSeconds } from "./lib/processes.mjs";
import { CONNECTIONS, fugitive, IN_FLIGHT, lists } from "./lib/queued-arms.mjs";
import { startRedis } from "./lib/redis.mjs";
import { describeMachine, formatRows } from "./lib/show.mjs";
import { median, quantile, sum } from "./lib/statistics.mjs";

const HELP = `node bench/jobs.mjs [flags]

  --rounds 5          of each, in turn
  --workers 1         socket workers
  --concurrency 256   jobs that the remote worker may have under way
  --beside DIST       another build of Fugitive to be measured as well
  --json FILE         writes the numbers to a file as well
  --help              this text`;

const RATE_MS = 2_000;
const LATENCY_MS = 1_000;
const LEAST_RATIO = 0.5;

const args = readArguments(
  {
    rounds: { type: "string", default: "5" },
    workers: { type: "string", default: "1" },
    concurrency: { type: "string", default: "256" },
    beside: { type: "string" },
    json: { type: "string" },
  },
  HELP,
);
const rounds = Number(args.rounds);
/** One round of an arm: calls a second, what they cost, and how long they take. */
async function round({ load, processes }, best) {
  const before = Object.entries(processes).map(([name, pids]) => [name, cpuSeconds(pids)]);
  const start = performance.now();
  const rate = await load.most(RATE_MS);
  const calls = (rate * (performance.now() - start)) / 1_000;
  const cpu = before.map(([name, seconds]) => [name, ((cpuSeconds(processes[name]) - seconds) * 1e6) / calls]);
  const alone = await load.oneByOne(LATENCY_MS);
  const half = await load.paced(median([...best, rate]) / 2, LATENCY_MS);
  const [aloneMid, aloneTail, halfMid, halfTail] = [alone, half].flatMap((times) => [
    quantile(times, 0.5),
    quantile(times, 0.99),
  ]);
  return { rate, cpu: Object.fromEntries(cpu), aloneMid, aloneTail, halfMid, halfTail };
}

function rowsOf(name, results, base) {
  const of = (pick) => median(results.map(pick));
  const ms = (pick) => `${of(pick).toFixed(2)} ms`;
  const ratio = median(results.map(({ rate }, index) => rate / base[index].rate));
  const parts = Object.keys(results[0].cpu).map((part) => `${part} ${of(({ cpu }) => cpu[part]).toFixed(0)}`);
  const count = Math.round(of(({ rate }) => rate)).toLocaleString("en-US");
  return [
    {
      what: `${name}, a second`,
      value: results === base ? count : `${count}, ${(100 * ratio).toFixed(0)} % of lists`,
      ratio,
    },
    { what: `${name}, p50 and p99, one at a time`, value: `${ms((r) => r.aloneMid)}, ${ms((r) => r.aloneTail)}` },
    { what: `${name}, p50 and p99, at half its rate`, value: `${ms((r) => r.halfMid)}, ${ms((r) => r.halfTail)}` },
    {
      what: `${name}, µs of CPU each`,
      value: `${of(({ cpu }) => sum(Object.values(cpu))).toFixed(0)}: ${parts.join(", ")}`,
    },
  ];
}

async function measure() {
  const redis = await startRedis();
  ending(() => redis.stop());
  const { workers, concurrency } = args;
  const build = (name, dist, queue) => fugitive(name, { dist, redis, queue, workers, concurrency });
  const arms = [
    await lists(redis),
    await build("Fugitive", fileURLToPath(new URL("../dist", import.meta.url)), "bench"),
  ];
  if (args.beside !== undefined) arms.push(await build("the other build", resolve(args.beside), "beside"));
  for (const arm of arms) {
    arm.processes.redis = [redis.pid];
    arm.processes[arm.name === "LPUSH and BRPOP" ? "requester" : "clients"] = [process.pid];
    arm.results = [];
  }
  // in turn, so that whatever else the machine has to do is the same for all
  for (let number = -1; number < rounds; number++) {
    for (const arm of arms) {
      const result = await round(
        arm,
        arm.results.map(({ rate }) => rate),
      );
      if (number >= 0) arm.results.push(result);
      await sleep(100);
    }
  }
  return arms;
}

const late = new Promise((_, reject) => {
  const limit = 60_000 + rounds * 30_000;
  setTimeout(() => reject(new Error(`It was not over within ${limit / 1_000} s.`)), limit).unref();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => reject(new Error(`Ended by ${signal}.`)));
  process.once("uncaughtException", reject);
});
try {
  const arms = await Promise.race([measure(), late]);
  const [{ results: base }] = arms;
  const rows = arms.flatMap(({ name, results }) => rowsOf(name, results, base));
  const { ratio } = rows.find(({ what }) => what === "Fugitive, a second");
  const goal = { goal: `≥ ${100 * LEAST_RATIO} %`, met: ratio >= LEAST_RATIO };
  Object.assign(
    rows.find(({ what }) => what === "Fugitive, a second"),
    goal,
  );
  const machine = describeMachine();
  console.log(`${machine}\n${CONNECTIONS} clients, ${IN_FLIGHT} calls in flight each\n\n${formatRows(rows)}`);
  const numbers = arms.map(({ name, results }) => ({ name, results }));
  if (args.json !== undefined) writeFileSync(args.json, `${JSON.stringify({ machine, rows, numbers }, null, 2)}\n`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await endAll();
}
