import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tools/free-port.mjs";
import { tracked } from "./running.mjs";

/** Starts a Redis that keeps nothing on disk. */
export async function startRedis() {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "fugitive-bench-"));
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
  const server = tracked(spawn(process.env.REDIS_PATH || "redis-server", options, { stdio: "ignore" }));
  // it may not even be there
  for (const end of ["exit", "error"]) server.once(end, () => rmSync(folder, { recursive: true, force: true }));
  const failed = once(server, "error").then(([error]) => Promise.reject(error));
  await Promise.race([sleep(1_000), failed]);
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: server.pid,
    async stop() {
      const gone = once(server, "exit");
      server.kill();
      await gone;
    },
  };
}
