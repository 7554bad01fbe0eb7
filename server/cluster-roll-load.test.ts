import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startCluster } from "./test/cluster.ts";
import { STEADY_APP, SteadyLoad } from "./test/steady-load.ts";

const CLIENTS = 20;

it("rolling restarts under 500 calls and 500 publications a second fail none, and none is missed or comes twice", async () => {
  const cluster = await startCluster({ app: STEADY_APP });
  const load = new SteadyLoad(cluster.port, CLIENTS);
  await load.begin();
  for (let count = 1; count <= 2; count++) {
    await sleep(500);
    cluster.kill("SIGHUP");
    await cluster.logged("rolling restart: done", count);
  }
  await sleep(500);
  const { calls, publications, failures, followed, gaps } = await load.end();
  expect(failures).toEqual([]);
  // two rolling restarts take some seconds
  expect(calls).toBeGreaterThan(1_000);
  expect(publications).toBe(calls);
  expect(gaps).toBe(0);
  const [first = [], ...others] = followed;
  expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: publications }, (_, number) => number));
  for (const numbers of others) expect(numbers).toEqual(first);
  expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
});
