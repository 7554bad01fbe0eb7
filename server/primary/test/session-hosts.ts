import { expect } from "vitest";
import type { Config } from "../../config.ts";
import type { Script } from "../../redis/shared-redis.ts";
import { startHost, type TestHost } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { type SessionWorker, startBus, startWorker } from "./session-worker.ts";

/** A host with one socket worker. */
export interface SessionHost extends SessionWorker, TestHost {}

const LONG: Script = { name: "long", source: "function F.long() redis.call('SET', K .. 'known', 1) end" };

/** Has Redis be one that has known sessions for long. @param names so many are of all its partitions */
export async function knowsSessions({ redis }: TestHost, names = 1): Promise<void> {
  const one = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      redis.run(LONG, name, "long", [], (error) => (error === undefined ? resolve() : reject(error)));
    });
  await Promise.all(Array.from({ length: names }, (_, name) => one(String(name))));
}

export interface SessionHostOptions extends Partial<Config> {
  /** As of {@link startWorker}. */
  readonly marks?: number;
}
/** @param url of Redis */
export async function startSessionHost(
  url: string,
  prefix: string,
  { marks, ...config }: SessionHostOptions = {},
): Promise<SessionHost> {
  const host = await startHost(url, prefix);
  await knowsSessions(host, marks);
  return { ...host, ...(await startWorker(await startBus(host, config), marks)) };
}

/** Waits until hosts know one another. */
export async function knowOneAnother(...all: readonly TestHost[]): Promise<void> {
  await eventually(() => {
    for (const { hosts } of all) expect(hosts.alive.size).toBe(all.length);
  });
}
