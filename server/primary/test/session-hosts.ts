import { expect } from "vitest";
import type { Config } from "../../config.ts";
import type { RedisServer } from "../../links/test/redis-server.ts";
import { startHost, type TestHost } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { type SessionWorker, startBus, startWorker } from "./session-worker.ts";

/** A host with one socket worker. */
export interface SessionHost extends SessionWorker, TestHost {}

/** Has Redis be one that has known sessions for long. */
export async function knowsSessions(server: RedisServer, prefix: string): Promise<void> {
  await server.ask("SET", `${prefix}{0}:known`, "1");
}

/** @param url the way to Redis @default the shortest */
export async function startSessionHost(
  server: RedisServer,
  prefix: string,
  { url = server.url, ...config }: Partial<Config> & { readonly url?: string } = {},
): Promise<SessionHost> {
  await knowsSessions(server, prefix);
  const host = await startHost(url, prefix);
  return { ...host, ...(await startWorker(await startBus(host, config))) };
}

/** Waits until hosts know one another. */
export async function knowOneAnother(...all: readonly TestHost[]): Promise<void> {
  await eventually(() => {
    for (const { hosts } of all) expect(hosts.alive.size).toBe(all.length);
  });
}
