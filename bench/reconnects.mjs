// 5,000 clients lose their server, and come back: when, whether all of them, and what that costs the server. They are one
// process, which dials some 3,000 times a second: where they may all come within a second, that decides, and not chance.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { backoff } from "../dist/client/backoff.js";
import { startServer } from "./lib/child.mjs";
import { openFilesLimit } from "./lib/open-files.mjs";
import { plot } from "./lib/plot.mjs";
import { cpuSeconds, family, isAlive } from "./lib/processes.mjs";
import { median } from "./lib/statistics.mjs";

const CLIENTS = 5_000;
/** Descriptors that a process needs for other things. */
const SPARE_FILES = 500;
const WORKERS = 2;
/** What becomes of the server, and for how long, in milliseconds; then it takes its time to start. */
const OUTAGES = [
  { how: "restarted", pauseMs: 0 },
  { how: "killed", pauseMs: 1_000 },
  { how: "killed", pauseMs: 15_000 },
];
/** A server that restarts asks its clients to come back after a second, spread over two milliseconds for each of a worker's. */
const SOONEST_RETURN_MS = 1_000;
const SPREAD_PER_CLIENT_MS = 2;
/** A connection that lasted for so long makes the next waits short again: 5 s, and some. */
const STABLE_MS = 5_500;
/** The longest wait of a client is 20.5 s. */
const LIMIT_MS = 30_000;
const LOOK_MS = 500;
/** A line of the plot, in milliseconds. */
const STEP_MS = 500;
/** What clients without a back-off often do, in milliseconds. */
const FIXED_DELAY_MS = 5_000;
const SIMULATED = 100_000;

/**
 * Ends the server and starts it again, once for each outage.
 *
 * @returns how many clients there were, and for each time: `how` the server ended, how long it was `away`, when each
 * client was `back`, both in milliseconds since then, what `cpu` the new server used until then, in seconds, and in its `busiest`
 * second; and when the server's wish and the clients' back-off alone would have let them come back (`promised`)
 */
export async function benchReconnects() {
  const count = Math.min(CLIENTS, openFilesLimit() - SPARE_FILES);
  // who is killed leaves things there
  const folder = await mkdtemp(join(tmpdir(), "fugitive-bench-"));
  const start = (port) => startServer("fugitive-cluster.mjs", [`${port}`], [], { TMPDIR: folder });
  let server = await start(0);
  const file = fileURLToPath(new URL("lib/reconnecting-clients.mjs", import.meta.url));
  const clients = fork(file, [`ws://127.0.0.1:${server.port}`, `${count}`]);
  const storms = [];
  try {
    await once(clients, "message");
    for (const { how, pauseMs } of OUTAGES) {
      await sleep(STABLE_MS);
      const endedAt = Date.now();
      const { port } = server;
      if (how === "restarted") await server.stop();
      else await killAll(server.pid);
      await sleep(pauseMs);
      server = await start(port);
      const away = Date.now() - endedAt;
      const { back, cpu, busiest } = await watch(server, clients, count, endedAt);
      const spread = how === "restarted" ? (SPREAD_PER_CLIENT_MS * count) / WORKERS : 0;
      storms.push({ how, away, back: back.map((at) => at - endedAt), cpu, busiest, promised: promise(away, spread) });
    }
    return { count, storms };
  } finally {
    clients.kill();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

/** The largest share of clients that came back within any one second. @param back milliseconds, in any order */
export function largestShare(back) {
  const sorted = [...back].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, at] of sorted.entries()) {
    while (at - sorted[first] >= 1_000) first++;
    most = Math.max(most, index - first + 1);
  }
  return most / sorted.length;
}

/** When they came back, as a plot, beside what the back-off promises and what a fixed delay would have done. */
export function describeStorm(count, { how, away, back, promised }) {
  const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  const spread = [Math.min(...back), median(back), Math.max(...back)].map(seconds).join(", ");
  const together = Math.ceil(away / FIXED_DELAY_MS) * FIXED_DELAY_MS;
  return `
${back.length} of ${count} clients back after the server was ${how} and away for ${seconds(away)}, by the time since it ended
${plot(back, STEP_MS, Math.floor(away / STEP_MS) * STEP_MS)}
first, median, last: ${spread}
most within one second: ${percent(largestShare(back))}; by chance alone, each client with a processor of its own: ${percent(largestShare(promised))}
with a fixed delay of ${seconds(FIXED_DELAY_MS)}: all ${count} in the same instant, after ${seconds(together)} (computed)`;
}

/** Waits until all clients are back, or it takes too long. */
async function watch(server, clients, count, since) {
  const pids = family(server.pid);
  const start = cpuSeconds(pids);
  const used = [start];
  const until = Date.now() + LIMIT_MS;
  let back = [];
  while (back.length < count && Date.now() < until) {
    await sleep(LOOK_MS);
    used.push(cpuSeconds(pids));
    clients.send(since);
    [back] = await once(clients, "message");
  }
  const looks = 1_000 / LOOK_MS;
  const seconds = used.map((cpu, index) => cpu - (used[index - looks] ?? start));
  return { back, cpu: used.at(-1) - start, busiest: Math.max(...seconds) };
}

/** When clients would come back that do nothing but wait as they should, if the server took no time at all. */
function promise(away, spread) {
  return Array.from({ length: SIMULATED }, () => {
    let at = spread === 0 ? 0 : SOONEST_RETURN_MS + spread * Math.random();
    if (at >= away) return at;
    for (let attempt = 0; at < away; attempt++) at += backoff(attempt);
    return at;
  });
}

/** As a power cut would: nobody says goodbye. */
async function killAll(pid) {
  const pids = family(pid);
  for (const one of pids) process.kill(one, "SIGKILL");
  while (pids.some(isAlive)) await sleep(10);
}

if (process.argv[1]?.endsWith("reconnects.mjs")) {
  const { count, storms } = await benchReconnects();
  for (const storm of storms) console.log(describeStorm(count, storm));
}
