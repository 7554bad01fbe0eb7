import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { launchCluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";

/** A task's file that loads once, and then never again: what it needs is away. */
const LATE = `
  import { existsSync, writeFileSync } from "node:fs";
  const loaded = new URL("./loaded", import.meta.url);
  if (existsSync(loaded)) await new Promise((resolve) => setTimeout(resolve, 600_000));
  writeFileSync(loaded, "");
  export const late = () => "late";`;
const APP = `
  export const app = defineApp({ procedures: {
    quick: thread(new URL("./quick.mjs", import.meta.url)),
    late: thread(new URL("./late.mjs", import.meta.url), { timeoutMs: 500 }),
  } });`;
const FILES = { "late.mjs": LATE, "quick.mjs": `export const quick = () => "quick";` };

describe("a task's file that does not load any more", () => {
  it("costs other tasks some seconds in a new compute host, and nothing after that", async () => {
    const cluster = await startCluster({ app: APP, files: FILES, env: { COMPUTE_THREADS: "1" } });
    const client = await cluster.connect();
    expect(await client.ask([Kind.CALL, 1, "quick"])).toEqual([Kind.RESULT, 1, "quick"]);
    process.kill((await cluster.compute())?.pid ?? 0, "SIGKILL");
    await cluster.logged(/compute host died/);
    // it loads, and says at last that it could not load all
    await eventually(async () => expect((await cluster.compute())?.restarts).toBe(1));
    client.send([Kind.CALL, 2, "quick"]);
    expect(await client.next(15_000)).toEqual([Kind.RESULT, 2, "quick"]);
    await cluster.logged(/a task cannot be loaded: "late" .*it has not loaded yet/);
    expect(await client.ask([Kind.CALL, 3, "late"])).toEqual([Kind.ERROR, 3, "TIMEOUT", expect.any(String)]);
    expect((await cluster.compute())?.restarts).toBe(1);
    client.destroy();
  });
});

it("a server of one process ends in order while a task's file still loads", async () => {
  const files = { ...FILES, "late.mjs": `${LATE} await new Promise((resolve) => setTimeout(resolve, 600_000));` };
  const cluster = launchCluster({ app: APP, files, env: { WORKERS: "0" } });
  await eventually(() => expect(cluster.leftovers).toContain("loaded"));
  cluster.kill("SIGTERM");
  expect(await cluster.exited).toEqual({ code: 0, signal: null });
  expect(cluster.leftovers.filter((name) => name.startsWith("fugitive-"))).toEqual([]);
});
