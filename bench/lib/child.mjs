import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { tracked } from "./running.mjs";

/** Starts a measured server and waits until it serves; rejects where it ends before. `usage()` asks it for its CPU microseconds and memory. */
export async function startServer(file, args = [], execArgv = [], env = {}, execPath = process.execPath) {
  const path = fileURLToPath(new URL(`../servers/${file}`, import.meta.url));
  const child = tracked(fork(path, args, { execPath, execArgv, env: { ...process.env, ...env } }));
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${file} has ended with exit code ${code} before it served.`);
  });
  const [{ port }] = await Promise.race([once(child, "message"), ended]);
  return {
    port,
    pid: child.pid,
    async usage() {
      child.send("usage");
      const [{ cpu, memory }] = await once(child, "message");
      return { cpu: cpu.user + cpu.system, memory };
    },
    async stop() {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}
