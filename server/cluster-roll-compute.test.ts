import { expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { isAlive } from "./test/processes.ts";

const APP = `
  export const app = defineApp({ procedures: {
    version: thread(new URL("./version.mjs", import.meta.url), { export: "version" }),
    slowly: thread(new URL("./version.mjs", import.meta.url), { export: "slowly" }),
  } });`;

/** Tasks of a version. @param version as a piece of their source */
const files = (version: string) => ({
  "version.mjs": `
    export const version = () => ${version};
    export const slowly = (ms) => new Promise((resolve) => setTimeout(resolve, ms, "answered by " + ${version}));`,
});

/** For what takes its time on a busy machine. */

async function computePid(cluster: Cluster): Promise<number> {
  return (await cluster.compute())?.pid ?? 0;
}

it("a rolling restart brings new tasks as well, and the compute host with the old ones ends after the last call", async () => {
  const cluster = await startCluster({ app: APP, files: files("1"), env: { COMPUTE_THREADS: "1", WORKERS: "1" } });
  const old = await computePid(cluster);
  const client = await cluster.connect();
  client.send([Kind.CALL, 1, "slowly", 4_000]);
  await client.settled();
  cluster.write({ files: files("2") });
  cluster.kill("SIGHUP");
  await eventually(async () => expect(await computePid(cluster)).not.toBe(old));
  expect(await client.next()).toMatchObject([Kind.GOAWAY, "restart", {}]);
  expect(isAlive(old)).toBe(true);
  expect(await client.next()).toEqual([Kind.RESULT, 1, "answered by 1"]);
  await client.closed;
  await cluster.logged("rolling restart: done");
  for (let count = 0; count < 2; count++) {
    const other = await cluster.connect();
    expect(await other.ask([Kind.CALL, 1, "version"])).toEqual([Kind.RESULT, 1, 2]);
    other.destroy();
  }
  await eventually(() => expect(isAlive(old)).toBe(false));
  // the primary, one socket worker, one compute host
  await eventually(() => expect(cluster.alive).toHaveLength(3));
  expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
});

it("new tasks that cannot be loaded end a rolling restart, and the old ones go on", async () => {
  const cluster = await startCluster({ app: APP, files: files("1"), env: { COMPUTE_THREADS: "1" } });
  const old = await computePid(cluster);
  cluster.write({ files: { "version.mjs": "export const other = 1;" } });
  cluster.kill("SIGHUP");
  await cluster.logged(/^rolling restart: ended, as the compute host cannot run: a task cannot be loaded: /);
  await eventually(async () => {
    expect((await cluster.status()).map(({ worker, state }) => [worker, state])).toEqual([
      [1, "serving"],
      [2, "serving"],
    ]);
    expect(await computePid(cluster)).toBe(old);
  });
  cluster.write({ files: files("2") });
  cluster.kill("SIGHUP");
  await cluster.logged("rolling restart: done");
  const client = await cluster.connect();
  expect(await client.ask([Kind.CALL, 1, "version"])).toEqual([Kind.RESULT, 1, 2]);
  client.destroy();
  await eventually(() => expect(isAlive(old)).toBe(false));
});

it("a compute host that dies after a rolling restart is replaced where its socket workers look for it", async () => {
  const cluster = await startCluster({ app: APP, files: files("1"), env: { COMPUTE_THREADS: "1", WORKERS: "1" } });
  cluster.kill("SIGHUP");
  await cluster.logged("rolling restart: done");
  process.kill(await computePid(cluster), "SIGKILL");
  await cluster.logged(/^the compute host died/);
  const client = await cluster.connect();
  expect(await client.ask([Kind.CALL, 1, "version"])).toEqual([Kind.RESULT, 1, 1]);
  client.destroy();
  cluster.kill("SIGTERM");
  expect(await cluster.exited).toEqual({ code: 0, signal: null });
  await eventually(() => expect([cluster.alive, cluster.leftovers]).toEqual([[], []]));
});
