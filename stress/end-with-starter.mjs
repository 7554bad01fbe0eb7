/** How often it is looked whether anybody still wants this cluster, in milliseconds. */
const LOOK_MS = 1_000;

/** Ends the cluster that this socket worker is of when whoever started it is gone: that may be killed, and nobody else would. */
export function endWithStarter() {
  const starter = Number(process.env.STRESS_PID);
  setInterval(() => {
    if (!isThere(starter) && process.ppid > 1) process.kill(process.ppid, "SIGTERM");
  }, LOOK_MS).unref();
}

function isThere(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
