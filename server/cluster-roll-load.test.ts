import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startCluster } from "./test/cluster.ts";
import { SteadyLoad } from "./test/steady-load.ts";

const CLIENTS = 20;

it("rolling restarts under 500 calls and 500 publications a second fail none of them", async () => {
  const cluster = await startCluster();
  const load = new SteadyLoad(cluster.port, CLIENTS);
  await load.begin();
  for (let count = 1; count <= 2; count++) {
    await sleep(500);
    cluster.kill("SIGHUP");
    await cluster.logged("rolling restart: done", count);
  }
  await sleep(500);
  const { calls, publications, failures } = await load.end();
  expect(failures).toEqual([]);
  // two rolling restarts take some seconds
  expect(calls).toBeGreaterThan(1_000);
  expect(publications).toBe(calls);
  expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
});
