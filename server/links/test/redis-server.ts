import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../test/patience.ts";
import { connectRedis, type RedisArgument } from "../redis.ts";
import { freePort } from "./free-port.ts";
import { ServiceProcess } from "./service-process.ts";

/** A real Redis that belongs to a test, with a folder of its own. It keeps what it has over a crash. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Asks for one thing, on a connection of its own; strings come as bytes. */
  ask(...args: RedisArgument[]): Promise<unknown>;
  /** Stops all of it where it is, or has it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good. */
  end(): Promise<void>;
}

/** @param more options of redis-server */
export async function startRedis(...more: readonly string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "fugitive-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let service: ServiceProcess | undefined;

  async function ask(...args: RedisArgument[]): Promise<unknown> {
    const link = await connectRedis({ url, buffers: true }, () => undefined, new AbortController().signal);
    try {
      return await link.command(args);
    } finally {
      link.close();
    }
  }

  async function start(): Promise<void> {
    const lasting = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    service = new ServiceProcess(process.env.REDIS_PATH || "/usr/bin/redis-server", [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
      ...lasting,
      ...more,
    ]);
    await service.listening(port);
    await eventually(() => ask("PING")); // it may still read its file
  }

  await start();
  return {
    port,
    url,
    ask,
    start,
    signal: (signal) => service?.signal(signal),
    async kill() {
      await service?.kill();
    },
    async end() {
      await service?.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
