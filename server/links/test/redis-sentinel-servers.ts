import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { ServiceProcess } from "./service-process.ts";

/** A real Redis with a replica, and a Sentinel that has the one take the other's place. */
export interface RedisSentinelServers {
  readonly url: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  end(): Promise<void>;
}

export async function startRedisSentinel(): Promise<RedisSentinelServers> {
  const folder = await mkdtemp(join(tmpdir(), "fugitive-sentinel-"));
  const master = await startRedis();
  const replica = await startRedis("--replicaof", "127.0.0.1", String(master.port));
  const port = await freePort();
  const file = join(folder, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 5000",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  const sentinel = new ServiceProcess(process.env.REDIS_PATH || "/usr/bin/redis-server", [file, "--sentinel"]);
  await sentinel.listening(port);
  return {
    // one that is not there comes first: the next one is asked
    url: `redis-sentinel://127.0.0.1:1,127.0.0.1:${port}/main/0`,
    master,
    replica,
    async end() {
      await sentinel.kill();
      await Promise.all([master.end(), replica.end()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
