import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, signal } from "./processes.mjs";

/** Between two blows, in milliseconds. */
const EVERY_MS = [700, 4_000];
/** How long a process may be held up, in milliseconds: less than anybody would take for its death. */
const HELD_MS = [100, 2_500];
/** Between two looks at whether a process is gone, in milliseconds. */
const LOOK_MS = 10;
/** Fewer and more socket workers than at the start, as far as this. */
const FEWER = 1;
const MORE = 2;

/**
 * Harms the processes of the cluster, and renews and resizes it, as the seed says. Only the primary and those that the
 * control port lists as its socket workers.
 */
export function chaos(world, random, workers) {
  const { cluster } = world;

  function blow(what, pid) {
    const one = { at: performance.now(), what, pid };
    world.blows.push(one);
    world.count(`socket workers: ${what}`);
    return one;
  }

  async function victim() {
    const { workers: all } = await cluster.status();
    return random.pick(all.filter(({ pid }) => isAlive(pid)))?.pid;
  }

  async function kill() {
    const pid = await victim();
    if (pid === undefined) return;
    // noted before it happens: its end may be told at once
    const killed = blow("killed", pid);
    signal(pid, "SIGKILL");
    // on a busy machine that takes its time, and its connections last for as long
    while (isAlive(pid)) await sleep(LOOK_MS);
    killed.over = performance.now();
  }

  async function hold() {
    const pid = await victim();
    if (pid === undefined) return;
    blow("held up", pid);
    signal(pid, "SIGSTOP");
    await world.pause(random.between(...HELD_MS));
    signal(pid, "SIGCONT");
  }

  function renew() {
    blow("renewed", cluster.pid);
    signal(cluster.pid, "SIGHUP");
  }

  async function scale() {
    const count = random.between(Math.max(1, workers - FEWER), workers + MORE);
    blow("scaled", cluster.pid);
    await cluster.scale(count);
  }

  const kinds = [kill, kill, hold, renew, scale];
  return world.repeat("chaos", async () => {
    await world.pause(random.between(...EVERY_MS));
    if (world.stopping) return;
    // not even the shortest run goes without
    const what = world.blows.length === 0 ? kill : random.pick(kinds);
    await what();
  });
}
