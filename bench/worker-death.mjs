// 10,000 clients follow a channel, and one of the two socket workers is killed: when its clients are back, on whichever
// worker, with the same session and all they missed.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "../dist/client/node.js";
import { startServer } from "./lib/child.mjs";
import { openFilesLimit } from "./lib/open-files.mjs";
import { plot } from "./lib/plot.mjs";
import { family } from "./lib/processes.mjs";
import { median } from "./lib/statistics.mjs";

const CLIENTS = 10_000;
/** Descriptors that a process needs for other things. */
const SPARE_FILES = 500;
const CHANNEL = "kept:news";
/** What is published meanwhile, in milliseconds from one to the next. */
const PAUSE_MS = 1_000;
const SETTLE_MS = 2_000;
const LOOK_MS = 250;
const LIMIT_MS = 60_000;
/** A line of the plot, in milliseconds. */
const STEP_MS = 250;

/**
 * @returns how many clients there were, how many `lost` their connection, when each of these was `back`, in milliseconds
 * since the kill, how many publications were `published`, how many came out of order, twice or not at all (`wrong`), and
 * how many clients did not have the last one in the end (`behind`)
 */
export async function benchWorkerDeath() {
  const count = Math.min(CLIENTS, openFilesLimit() - SPARE_FILES);
  const server = await startServer("fugitive-cluster.mjs");
  const url = `ws://127.0.0.1:${server.port}`;
  const file = fileURLToPath(new URL("lib/following-clients.mjs", import.meta.url));
  const clients = fork(file, [url, CHANNEL, `${count}`]);
  const publisher = connect(url);
  try {
    await once(clients, "message");
    let published = 0;
    let stopped = false;
    const publishing = (async () => {
      while (!stopped) {
        await publisher.publish(CHANNEL, published + 1);
        published++;
        await sleep(PAUSE_MS);
      }
    })();
    await sleep(SETTLE_MS);
    const [, victim] = family(server.pid);
    const since = Date.now();
    process.kill(victim, "SIGKILL");
    const look = async () => {
      clients.send({ since, newest: published });
      return (await once(clients, "message"))[0];
    };
    let { back } = await look();
    let before = -1;
    // until no more come: half of them had never lost anything
    while (Date.now() - since < LIMIT_MS && (back.length === 0 || back.length > before || back.length < count / 3)) {
      before = back.length;
      await sleep(LOOK_MS * 4);
      ({ back } = await look());
    }
    stopped = true;
    await publishing;
    await sleep(SETTLE_MS);
    const { wrong, behind, back: all } = await look();
    return { count, back: all.map((at) => at - since), published, wrong, behind };
  } finally {
    publisher.close();
    clients.kill();
    await server.stop();
  }
}

/** When they came back, as a plot. */
export function describeDeath({ count, back, published, wrong, behind }) {
  const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
  const spread = [Math.min(...back), median(back), Math.max(...back)].map(seconds).join(", ");
  return `
${back.length} of ${count} clients lost their socket worker and were back with all they missed, by the time since it was killed
${plot(back, STEP_MS, 0)}
first, median, last: ${spread}
${published} publications meanwhile: ${wrong} out of order, twice or missing, ${behind} clients behind in the end`;
}

if (process.argv[1]?.endsWith("worker-death.mjs")) console.log(describeDeath(await benchWorkerDeath()));
