import { childrenOf, residentBytes } from "../processes.mjs";

const EVERY_MS = 1_000;
/** Far more than what the limits of one process allow for all clients there are, in bytes. */
const MOST = 700_000_000;

/** Looks all the time that no process takes more memory than its limits can explain. */
export function watchMemory(world) {
  let most = 0;
  const done = world.repeat("the watch over memory", async () => {
    for (const pid of [world.cluster.pid, ...childrenOf(world.cluster.pid)]) {
      const bytes = residentBytes(pid);
      if (bytes > MOST && most <= MOST) world.complain(`process ${pid} takes ${bytes} bytes of memory`);
      most = Math.max(most, bytes);
    }
    await world.pause(EVERY_MS);
  });
  return {
    who: "the watch over memory",
    waitsFor: undefined,
    stopped: done,
    close: () => undefined,
    check: () => world.count("most memory of a process, MB", Math.round(most / 1_000_000)),
  };
}
