// Publications by a client of one worker to a subscriber of another: how many a second, and what they cost, beside others'.

import { DIALECTS } from "../dialects/index.mjs";
import { CLUSTERS } from "../lib/arms.mjs";
import { lasting, rounds } from "../lib/effort.mjs";
import { cpuSeconds, family } from "../lib/processes.mjs";
import { median } from "../lib/statistics.mjs";
import { openOnBoth } from "../lib/two-workers.mjs";
import { withServers } from "../lib/with-servers.mjs";

const ROUNDS = rounds(5);
const ROUND_MS = lasting(2_000);
const LIMIT_MS = 30_000;
/** What is on its way at most: more, and a subscriber would rightly be taken for a slow reader. */
const WINDOW = 4_096;
const PER_FRAME = 64;

/** @returns `{ name, costs, rates }` for each: microseconds of CPU of all processes a publication, and how many a second */
export function benchCrossWorker(names = [...CLUSTERS.keys()]) {
  return withServers(CLUSTERS, names, async (servers) => {
    const started = [];
    for (const [name, server] of servers) {
      const { dialect } = CLUSTERS.get(name);
      started.push({ name, server, costs: [], rates: [], ...(await connectBoth(DIALECTS[dialect], server.port)) });
    }
    for (let round = -1; round < ROUNDS; round++) {
      for (const arm of started) {
        const pids = family(arm.server.pid);
        const before = cpuSeconds(pids);
        const { publications, seconds } = await publish(arm);
        if (round < 0) continue; // warm-up
        arm.costs.push(((cpuSeconds(pids) - before) * 1e6) / publications);
        arm.rates.push(publications / seconds);
      }
    }
    return started.map(({ name, costs, rates }) => ({ name, costs, rates }));
  });
}

async function publish({ publisher, frame, arrivals }) {
  const start = performance.now();
  let sent = 0;
  let arrived = 0;
  while (performance.now() - start < ROUND_MS) {
    for (; sent < arrived + 2 * WINDOW; sent += PER_FRAME) publisher.write(frame);
    await arrivals(WINDOW);
    arrived += WINDOW;
  }
  await arrivals(sent - arrived);
  return { publications: sent, seconds: (performance.now() - start) / 1_000 };
}

/** A client of each of two workers: one of them subscribes, the other one publishes. */
async function connectBoth(dialect, port) {
  const [publisher, subscriber] = await openOnBoth(dialect, port);
  const subscribed = new Promise((resolve) => {
    subscriber.heard = resolve;
  });
  subscriber.socket.write(dialect.subscribe("bench"));
  await subscribed;
  const frame =
    dialect.publications?.("bench", { n: 1 }, PER_FRAME) ??
    Buffer.concat(Array.from({ length: PER_FRAME }, () => dialect.publish("bench", { n: 1 })));
  return { publisher: publisher.socket, frame, arrivals: counter(subscriber) };
}

/** @returns a function that waits for so many more */
function counter(subscriber) {
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let wake;
  subscriber.heard = () => {
    if (++count >= wanted) wake();
  };
  return (more) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("What was published did not arrive in time.")), LIMIT_MS);
      wake = () => {
        clearTimeout(late);
        count -= more;
        wanted = Number.POSITIVE_INFINITY;
        resolve();
      };
      wanted = more;
      if (count >= wanted) wake();
    });
}

if (process.argv[1]?.endsWith("beside/cross-worker.mjs")) {
  for (const { name, costs, rates } of await benchCrossWorker(process.argv[2]?.split(";"))) {
    const cost = `${median(costs).toFixed(2)} µs CPU each`.padStart(20);
    console.log(name.padEnd(42), cost, `${Math.round(median(rates))}/s`.padStart(12));
  }
}
