import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { connectRedis } from "../server/links/redis.ts";
import { freePort } from "../server/links/test/free-port.ts";
import { ServiceProcess } from "../server/links/test/service-process.ts";
import { eventually } from "../server/test/patience.ts";
import { type ComposeFile, mountsOf, readCompose, serviceOf } from "./test/compose-file.ts";

/** Asks a Redis for one thing, on a connection of its own. */
async function ask(port: number, ...args: readonly string[]): Promise<unknown> {
  const url = `redis://127.0.0.1:${port}`;
  const link = await connectRedis({ url, buffers: false }, () => undefined, new AbortController().signal);
  try {
    return await link.command(args);
  } finally {
    link.close();
  }
}

/** Runs what a file says of a Redis, but on the loopback. @returns its port */
async function startService(file: ComposeFile, name: string): Promise<number> {
  const service = serviceOf(file, name);
  const [, ...args] = service.command ?? [];
  const mounts = new Map(mountsOf(file, service).map(({ from, to }) => [to, from]));
  const folder = await mkdtemp(join(tmpdir(), "fugitive-deployment-"));
  const [port, bus] = [await freePort(), await freePort()];
  const redis = new ServiceProcess(process.env.REDIS_PATH || "/usr/bin/redis-server", [
    ...args.map((argument) => mounts.get(argument) ?? argument),
    ...["--port", String(port), "--cluster-port", String(bus), "--bind", "127.0.0.1", "--dir", folder],
  ]);
  onTestFinished(async () => {
    await redis.kill();
    await rm(folder, { recursive: true, force: true });
  });
  await redis.listening(port);
  await eventually(() => ask(port, "PING"));
  return port;
}

it("a Redis with deploy/redis.conf keeps what it has, and refuses rather than forgets", async () => {
  const port = await startService(readCompose("docker-compose.yml"), "redis");
  const asked = ["appendonly", "maxmemory-policy", "client-output-buffer-limit", "protected-mode"];
  const told = (await ask(port, "CONFIG", "GET", ...asked)) as object;
  const pairs = Array.isArray(told) ? told : Object.entries(told).flat();
  const values = asked.map((name) => pairs[pairs.indexOf(name) + 1]);
  expect(values).toEqual(["yes", "noeviction", expect.stringContaining("pubsub 268435456 67108864 60"), "no"]);
});

it("deploy/docker-compose.cluster.yml makes one Cluster of its three nodes, and leaves it as it is from then on", async () => {
  const file = readCompose("deploy/docker-compose.cluster.yml");
  const names = ["redis-1", "redis-2", "redis-3"];
  const ports = await Promise.all(names.map((name) => startService(file, name)));
  const [shell = "", flags = "", script = ""] = serviceOf(file, "cluster").command ?? [];
  const here = script
    .replace(/172\.31\.0\.1(\d):6379/g, (_, index) => `127.0.0.1:${ports[Number(index) - 1]}`)
    .replace("-h 172.31.0.11 -p 6379", `-h 127.0.0.1 -p ${ports[0]}`);
  expect(here).not.toContain("172.31");
  const run = () => promisify(execFile)(shell, [flags, here]);
  expect((await run()).stdout).toContain("All 16384 slots covered");
  for (const port of ports) expect(await ask(port, "CLUSTER", "INFO")).toContain("cluster_state:ok");
  expect((await run()).stdout).toBe("");
});
