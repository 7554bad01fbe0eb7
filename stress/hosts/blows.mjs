import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, signal } from "../processes.mjs";

/** Between two blows, in milliseconds. */
const APART_MS = [200, 2_000];
/** How long what was killed stays away, in milliseconds. */
const AWAY_MS = [0, 1_500];
const LOOK_MS = 10;
/** How long a socket worker may take to be there again, in milliseconds. */
const BACK_MS = 30_000;

/**
 * Kills everything in turn and starts it again, as the seed says: each thing once before any a second time, and never
 * fewer than all of them.
 *
 * @param until by `performance.now()`
 */
export async function blows(world, random, until) {
  const fleet = world.cluster;

  /** @param hosts those whose clients may notice: their numbers */
  function blow(what, hosts) {
    const one = { at: performance.now(), what, hosts };
    world.blows.push(one);
    world.count(`killed: ${what}`);
    return one;
  }

  async function killHost(index, whole) {
    const one = blow(whole ? "hosts, all processes" : "hosts, the primary", [index]);
    await fleet.restartHost(fleet.hosts[index], whole, random.between(...AWAY_MS));
    one.over = performance.now();
  }

  async function killSocketWorker(index) {
    const { cluster } = fleet.hosts[index];
    const { workers } = await cluster.status();
    const pid = random.pick(workers)?.pid;
    const one = blow("socket workers", [index]);
    signal(pid, "SIGKILL");
    while (isAlive(pid)) await sleep(LOOK_MS);
    one.over = performance.now();
    for (const end = performance.now() + BACK_MS; performance.now() < end; await sleep(LOOK_MS)) {
      const { workers: now } = await cluster.status();
      if (now.every((worker) => worker.state === "serving" && worker.pid !== pid)) return;
    }
    world.complain(`a socket worker of host ${index} does not come back`);
  }

  async function killRemote(index, name) {
    const one = blow(name === "SIGKILL" ? "remote workers" : "remote workers, by SIGTERM", []);
    const code = await fleet.restartRemote(fleet.remotes[index], name, random.between(...AWAY_MS));
    one.over = performance.now();
    if (name === "SIGTERM" && code !== 0) world.complain(`a remote worker ended with ${code} at SIGTERM`);
  }

  async function killBroker(what, { service }) {
    const one = blow(what, []);
    await service.kill();
    await sleep(random.between(...AWAY_MS));
    await service.start();
    one.over = performance.now();
  }

  const kinds = [
    ...[0, 1].flatMap((index) => [
      () => killHost(index, random.chance(0.5)),
      () => killSocketWorker(index),
      () => killRemote(index, random.chance(0.75) ? "SIGKILL" : "SIGTERM"),
    ]),
    () => killBroker("Redis", fleet.redis),
    ...(fleet.rabbit === undefined ? [] : [() => killBroker("RabbitMQ", fleet.rabbit)]),
  ];
  let left = [];
  for (let done = 0; !world.stopping && (done < kinds.length || performance.now() < until); done++) {
    if (left.length === 0) left = shuffled(kinds, random);
    await left.pop()();
    await sleep(random.between(...APART_MS));
  }
}

function shuffled(list, random) {
  const rest = [...list];
  return list.map(() => rest.splice(random.between(0, rest.length - 1), 1)[0]);
}
