// One publication to many subscribers: CPU of the server per delivery, and deliveries a second, beside others'.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DIALECTS, publicationsOf } from "../dialects/index.mjs";
import { ARMS, CLUSTERS } from "../lib/arms.mjs";
import { lasting, QUICK, rounds } from "../lib/effort.mjs";
import { openPeer } from "../lib/open-peer.mjs";
import { cpuSeconds, family } from "../lib/processes.mjs";
import { tracked } from "../lib/running.mjs";
import { median } from "../lib/statistics.mjs";

const ROUNDS = rounds(5);
const ROUND_MS = lasting(1_500);
const WARM_MS = 700;
const START_MS = 60_000;
/** Deliveries of a window: publications are sent so that one or two windows are on their way. */
const WINDOW = 10_000;
/** Publications of a window, however few subscribers. */
const MOST_AT_ONCE = 1_000;
export const SUBSCRIBERS = QUICK ? [10, 1_000] : [10, 1_000, 10_000];
/** tRPC has no channels; on uWebSockets.js, Socket.IO publishes by that. */
const WITHOUT = ["tRPC"];
const SUBSCRIBER_FILE = fileURLToPath(new URL("../lib/subscribers.mjs", import.meta.url));

/** @returns for each number of subscribers and server `{ subscribers, name, costs, rates }`: µs of CPU a delivery, deliveries a second */
export async function benchFanOut(subscribers = SUBSCRIBERS, names, arms = ARMS) {
  const chosen = names ?? [...arms.keys()].filter((name) => !WITHOUT.includes(name));
  const results = [];
  for (const count of subscribers) {
    const measured = chosen.map((name) => ({ name, subscribers: count, costs: [], rates: [] }));
    // a server of its own for each round: thousands of connections are not kept for what is not measured just then
    for (let round = 0; round < ROUNDS; round++) {
      for (const result of measured) {
        const { cost, rate } = await measure(arms.get(result.name), count);
        result.costs.push(cost);
        result.rates.push(rate);
      }
    }
    results.push(...measured);
  }
  return results;
}

async function measure({ dialect, start }, count) {
  const server = await start();
  let many;
  try {
    // a server that has just begun compiles its code for publishing: with thousands of subscribers that takes thousands
    // of rounds, in which it is not what it will be
    const one = await openFan(dialect, server.port, "warm", 1);
    await one.publish(WARM_MS);
    one.end();
    many = await openFan(dialect, server.port, "bench", count);
    await many.publish(ROUND_MS / 3);
    const pids = family(server.pid);
    const before = cpuSeconds(pids);
    const { deliveries, seconds } = await many.publish(ROUND_MS);
    const cpu = cpuSeconds(pids) - before;
    return { cost: (cpu * 1e6) / deliveries, rate: deliveries / seconds };
  } finally {
    many?.end();
    await server.stop();
  }
}

/** One who publishes on a topic, and a process with its subscribers. */
async function openFan(dialectName, port, topic, count) {
  const dialect = DIALECTS[dialectName];
  const subscribers = tracked(fork(SUBSCRIBER_FILE, [dialectName, port, topic, count]));
  const told = listen(subscribers);
  const end = () => subscribers.kill("SIGKILL");
  const publisher = await told(({ ready }) => ready, START_MS)
    .then(() => openPeer(dialect, port, () => undefined))
    .catch((error) => {
      end();
      throw error;
    });
  const each = Math.max(1, Math.min(MOST_AT_ONCE, Math.round(WINDOW / count)));
  const window = publicationsOf(dialect, topic, { n: 1 }, each);
  let wanted = 0;
  const arrival = async () => {
    wanted += each * count;
    const target = wanted;
    subscribers.send({ wanted: target });
    await told(({ arrived }) => arrived >= target, START_MS);
  };
  return {
    async publish(ms) {
      const start = performance.now();
      publisher.write(window);
      let windows = 1;
      for (; performance.now() - start < ms; windows++) {
        publisher.write(window);
        await arrival();
      }
      await arrival();
      return { deliveries: windows * each * count, seconds: (performance.now() - start) / 1_000 };
    },
    end() {
      publisher.destroy();
      end();
    },
  };
}

/** @returns a function that waits for a message of a process, and gives up where it takes too long or a connection is lost */
function listen(child) {
  let look = () => undefined;
  let fail = () => undefined;
  child.on("message", (message) => (message.lost ? fail(new Error("A subscriber was hung up on.")) : look(message)));
  child.on("exit", () => fail(new Error("The subscribers are gone.")));
  return (matches, ms) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("What was published did not arrive in time.")), ms);
      fail = reject;
      look = (message) => {
        if (!matches(message)) return;
        clearTimeout(late);
        resolve(message);
      };
    });
}

if (process.argv[1]?.endsWith("beside/fan-out.mjs")) {
  const [counts = SUBSCRIBERS.join(","), names] = process.argv.slice(2);
  for (const [title, arms] of [
    ["one process", ARMS],
    ["two workers", CLUSTERS],
  ]) {
    for (const { name, subscribers, costs, rates } of await benchFanOut(
      counts.split(",").map(Number),
      names?.split(";").filter((one) => arms.has(one)),
      arms,
    )) {
      const cost = `${median(costs).toFixed(3)} µs CPU`.padStart(16);
      console.log(title, name.padEnd(40), `1→${subscribers}`.padEnd(8), cost, `${Math.round(median(rates))}/s`);
    }
  }
}
