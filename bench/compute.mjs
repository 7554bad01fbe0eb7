// The compute host: what light calls notice of it, what it costs beside bare piscina, and whether it is fair.
import { fork } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { connect } from "../dist/client/node.js";
import { startServer } from "./lib/child.mjs";
import { median, quantile } from "./lib/statistics.mjs";

const ITERATIONS = 100_000;
const IN_FLIGHT = 8;
const ROUNDS = 5;
const ROUND_MS = 3_000;
/** Time between two light calls, in milliseconds. */
const LIGHT_MS = 2;

const OVERHEAD_ROUNDS = 9;
const OVERHEAD_CALLS = 1_500;

const CLIENTS = 16;
const FAIR_MS = 8_000;
const FAIR_ITERATIONS = 10_000;

/** @returns the parts below, each with the medians of its rounds */
export async function benchCompute() {
  const server = await startServer("fugitive-compute.mjs");
  const url = `ws://127.0.0.1:${server.port}`;
  try {
    const overhead = await measureOverhead(url);
    const saturation = await measureSaturation(url);
    const fairness = await measureFairness(url);
    return { overhead, saturation, fairness };
  } finally {
    await server.stop();
  }
}

/**
 * One after another: an empty task, in the server from call to answer and over the network as well, beside the same on
 * bare piscina. Microseconds.
 */
async function measureOverhead(url) {
  const filename = fileURLToPath(new URL("./servers/empty.task.mjs", import.meta.url));
  const pool = new Piscina({ filename, name: "empty", minThreads: 1, maxThreads: 1 });
  const client = connect(url);
  const arms = { bare: () => pool.run(), light: () => client.call("echo"), empty: () => client.call("empty") };
  const times = { bare: [], light: [], empty: [], inside: [] };
  for (let round = -1; round < OVERHEAD_ROUNDS; round++) {
    for (const [name, run] of Object.entries(arms)) {
      const samples = [];
      for (let index = 0; index < OVERHEAD_CALLS; index++) samples.push(await timed(run));
      if (round >= 0) times[name].push(median(samples) * 1000);
    }
    const inside = await client.call("empty.timed", OVERHEAD_CALLS);
    if (round >= 0) times.inside.push(median(inside) * 1000);
  }
  client.close();
  await pool.destroy();
  const more = times.inside.map((time, round) => time - times.bare[round]);
  const middles = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  return { ...middles, more: median(more) };
}

/** Light calls, idle and while the pool is full; hashes, beside as many on bare piscina with nothing else to do. */
async function measureSaturation(url) {
  const entry = fileURLToPath(new URL("./servers/bare-piscina.mjs", import.meta.url));
  const bare = fork(entry, [String(IN_FLIGHT), String(ITERATIONS)]);
  await once(bare, "message");
  const light = connect(url);
  const heavy = connect(url);
  const rounds = [];
  for (let round = -1; round < ROUNDS; round++) {
    const idle = await probe(light, ROUND_MS);
    const load = keepBusy(heavy, IN_FLIGHT, ITERATIONS);
    await sleep(200);
    const before = load.done;
    const full = await probe(light, ROUND_MS);
    const ours = load.done - before;
    await load.stop();
    bare.send("start");
    await sleep(ROUND_MS);
    bare.send("stop");
    const [{ done }] = await once(bare, "message");
    if (round >= 0) rounds.push({ idle: quantile(idle, 0.99), full: quantile(full, 0.99), ours, bare: done });
  }
  light.close();
  heavy.close();
  bare.disconnect();
  const middle = (pick) => median(rounds.map(pick));
  return {
    idle: middle(({ idle }) => idle),
    full: middle(({ full }) => full),
    hashes: middle(({ ours }) => (ours * 1000) / ROUND_MS),
    throughput: middle((round) => round.ours / round.bare),
  };
}

/** Clients of which one asks for ten times as much. @returns the worst deviation of the others from an equal share */
async function measureFairness(url) {
  const clients = Array.from({ length: CLIENTS }, () => connect(url));
  const loads = clients.map((client, index) => keepBusy(client, index === 0 ? 20 : 2, FAIR_ITERATIONS));
  await sleep(FAIR_MS);
  const counts = loads.map(({ done }) => done);
  await Promise.all(loads.map((load) => load.stop()));
  for (const client of clients) client.close();
  const share = counts.reduce((sum, count) => sum + count, 0) / CLIENTS;
  const worst = Math.max(...counts.slice(1).map((count) => Math.abs(count / share - 1)));
  return { worst, greedy: counts[0] / share };
}

/** Light calls, one after another at a steady pace. @returns milliseconds each took */
async function probe(client, ms) {
  const samples = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    samples.push(await timed(() => client.call("echo", samples.length)));
    await sleep(LIGHT_MS);
  }
  return samples;
}

/** Keeps so many hashes in flight until `stop`, which cancels the rest. */
function keepBusy(client, inFlight, iterations) {
  const controller = new AbortController();
  setMaxListeners(inFlight + 1, controller.signal);
  const load = { done: 0, stop };
  const running = Array.from({ length: inFlight }, async () => {
    while (!controller.signal.aborted) {
      try {
        await client.call("hash", { iterations }, { signal: controller.signal, timeoutMs: 60_000 });
        load.done++;
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      }
    }
  });
  async function stop() {
    controller.abort();
    await Promise.all(running);
    // a hash that runs cannot be interrupted, and is in the way of what is measured next
    await client.call("empty");
  }
  return load;
}

async function timed(run) {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

if (process.argv[1]?.endsWith("compute.mjs")) console.log(await benchCompute());
