import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, signal } from "../processes.mjs";

/** Between two blows, in milliseconds. */
const APART_MS = [200, 2_000];
/** How long what was killed stays away, in milliseconds. */
const AWAY_MS = [0, 1_500];
/** How long a remote worker is held up: others may take it for dead, and it goes on. In milliseconds. */
const HELD_MS = [500, 3_000];
/** How often several things happen at once, how many these are, and how long after each other they begin, in milliseconds. */
const AT_ONCE = { chance: 0.4, most: 4, ms: 2_000 };
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
    world.count(`harmed: ${what}`);
    return one;
  }

  async function endHost(index, own) {
    const how = own.pick(["the primary", "all processes", "by SIGTERM"]);
    const one = blow(`hosts, ${how}`, [index]);
    const end = await fleet.restartHost(fleet.hosts[index], how, own.between(...AWAY_MS));
    one.over = performance.now();
    if (how === "by SIGTERM" && end.code !== 0) {
      world.complain(`host ${index} ended with ${end.code ?? end.signal} at SIGTERM`);
    }
  }

  async function killSocketWorker(index, own) {
    const { cluster } = fleet.hosts[index];
    const pid = await aSocketWorker(cluster, own);
    if (pid === undefined) return;
    const one = blow("socket workers", [index]);
    signal(pid, "SIGKILL");
    while (isAlive(pid)) await sleep(LOOK_MS);
    one.over = performance.now();
    for (const end = performance.now() + BACK_MS; performance.now() < end; await sleep(LOOK_MS)) {
      // it may be killed as a whole meanwhile
      if (fleet.hosts[index].cluster !== cluster) return;
      const { workers: now } = await cluster.status().catch(() => ({ workers: [] }));
      if (now.length > 0 && now.every((worker) => worker.state === "serving" && worker.pid !== pid)) return;
    }
    world.complain(`a socket worker of host ${index} does not come back`);
  }

  async function aSocketWorker(cluster, own) {
    const { workers } = await cluster.status().catch(() => ({ workers: [] }));
    return own.pick(workers)?.pid;
  }

  async function holdRemote(index, own) {
    const { pid } = fleet.remotes[index].worker;
    blow("remote workers, held up", []);
    signal(pid, "SIGSTOP");
    await sleep(own.between(...HELD_MS));
    signal(pid, "SIGCONT");
  }

  async function endRemote(index, own) {
    const name = own.chance(0.75) ? "SIGKILL" : "SIGTERM";
    const one = blow(name === "SIGKILL" ? "remote workers" : "remote workers, by SIGTERM", []);
    const code = await fleet.restartRemote(fleet.remotes[index], name, own.between(...AWAY_MS));
    one.over = performance.now();
    if (name === "SIGTERM" && code !== 0) world.complain(`a remote worker ended with ${code} at SIGTERM`);
  }

  async function killBroker(what, { service }, own) {
    const one = blow(what, []);
    await service.kill();
    await sleep(own.between(...AWAY_MS));
    await service.start();
    one.over = performance.now();
  }

  const kinds = [
    ...[0, 1].flatMap((index) =>
      [endHost, killSocketWorker, endRemote, holdRemote].map((harm) => (own) => harm(index, own)),
    ),
    (own) => killBroker("Redis", fleet.redis, own),
    ...(fleet.rabbit === undefined ? [] : [(own) => killBroker("RabbitMQ", fleet.rabbit, own)]),
  ];
  let left = [];
  const next = () => {
    if (left.length === 0) left = shuffled(kinds, random);
    return left.pop();
  };
  for (let done = 0; !world.stopping && (done < kinds.length || performance.now() < until); ) {
    const several = left.length > 0 && random.chance(AT_ONCE.chance);
    const many = several ? Math.min(left.length, random.between(2, AT_ONCE.most)) : 1;
    const now = Array.from({ length: many }, next);
    const begun = now.map(async (harm, index) => {
      const own = random.named(`${done + index}`);
      await sleep(several ? own.between(0, AT_ONCE.ms) : 0);
      await harm(own);
    });
    await Promise.all(begun);
    done += many;
    await sleep(random.between(...APART_MS));
  }
}

function shuffled(list, random) {
  const rest = [...list];
  return list.map(() => rest.splice(random.between(0, rest.length - 1), 1)[0]);
}
