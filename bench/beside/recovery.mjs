// One of two workers is killed, without a word: when its clients are back, subscribed, and what they have missed in between.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DIALECTS } from "../dialects/index.mjs";
import { RECOVERING } from "../lib/arms.mjs";
import { QUICK, rounds } from "../lib/effort.mjs";
import { startRedis } from "../lib/redis.mjs";
import { tracked } from "../lib/running.mjs";
import { median } from "../lib/statistics.mjs";
import { openOnBoth } from "../lib/two-workers.mjs";

const ROUNDS = rounds(3);
export const CLIENTS = QUICK ? 100 : 500;
const CHANNEL = "kept:news";
/** From one publication to the next, in milliseconds. */
const PAUSE_MS = 50;
const SETTLE_MS = 1_000;
const LOOK_MS = 250;
const LIMIT_MS = 30_000;

/**
 * @returns for each server `{ name, rounds }`, and of each round: how many clients `lost` their worker; when each of them was
 * `back` and subscribed, and had again what is published just then (`live`), in milliseconds since the kill; how many
 * publications were `published`, `missed` by all clients together, and came `repeated`; how many clients were `behind` in the end
 */
export async function benchRecovery(names = [...RECOVERING.keys()]) {
  const redis = await startRedis().catch(() => undefined);
  const arms = names
    .filter((name) => redis !== undefined || !RECOVERING.get(name).redis)
    .map((name) => ({ name, clients: CLIENTS, rounds: [] }));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, rounds } of arms) rounds.push(await measure(RECOVERING.get(name), redis?.url));
    }
    return arms;
  } finally {
    await redis?.stop();
  }
}

async function measure({ dialect: dialectName, start, clients: clientsFile }, redisUrl) {
  const dialect = DIALECTS[dialectName];
  const server = await start(redisUrl);
  const file = fileURLToPath(new URL(clientsFile, import.meta.url));
  const clients = tracked(fork(file, [server.port, CHANNEL, CLIENTS]));
  let publishing;
  try {
    await once(clients, "message");
    const [publisher, victim] = await openOnBoth(dialect, server.port);
    victim.socket.destroy();
    let published = 0;
    publishing = setInterval(() => {
      publisher.socket.write(dialect.publish(CHANNEL, { n: ++published, at: Date.now() }));
    }, PAUSE_MS);
    await sleep(SETTLE_MS);
    const since = Date.now();
    process.kill(victim.worker, "SIGKILL");
    const look = async () => {
      clients.send({ newest: published });
      return (await once(clients, "message"))[0];
    };
    let seen;
    do {
      await sleep(LOOK_MS);
      seen = await look();
    } while (Date.now() - since < LIMIT_MS && (seen.lost === 0 || seen.live.length < seen.lost));
    // those that are moved for balance, too
    await sleep(SETTLE_MS);
    clearInterval(publishing);
    await sleep(SETTLE_MS);
    const { back, live, ...rest } = await look();
    publisher.socket.destroy();
    const after = (times) => times.map((at) => at - since);
    return { published, ...rest, back: after(back), live: after(live) };
  } finally {
    clearInterval(publishing);
    clients.kill("SIGKILL");
    await server.stop();
  }
}

if (process.argv[1]?.endsWith("beside/recovery.mjs")) {
  for (const { name, rounds } of await benchRecovery(process.argv[2]?.split(";"))) {
    for (const { back, live, ...rest } of rounds) {
      const [there, again] = [back, live].map((times) => `${median(times)} to ${times.at(-1)} ms, ${times.length}`);
      console.log(name.padEnd(34), `back ${there}; live ${again};`, JSON.stringify(rest));
    }
  }
}
