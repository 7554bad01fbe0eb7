import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { launchCluster, startCluster } from "./test/cluster.ts";
import { answers, clientPerWorker } from "./test/heavy-cluster.ts";

const APP = `
  export const app = defineApp({
    procedures: { "heavy.work": thread(new URL("./work.mjs", import.meta.url), { export: "work" }) },
  });`;

/** Starts what cannot start, and tells how it ended. */
async function failing(app: string, files: Readonly<Record<string, string>>, WORKERS = "1") {
  const cluster = launchCluster({ app, files, env: { WORKERS } });
  const { code } = await cluster.exited;
  expect({ alive: cluster.alive, leftovers: cluster.leftovers }).toEqual({ alive: [], leftovers: [] });
  const [last = "", ...more] = cluster.stderr.trim().split("\n").reverse();
  return { code, last, more };
}

describe("a start", () => {
  it("fails, in one line that names procedure and file, where there is no task file", async () => {
    const { code, last } = await failing(APP, {});
    expect(code).toBe(1);
    expect(last).toMatch(/^fugitive: socket worker \d cannot serve: .*"heavy\.work".*\/work\.mjs/);
  });

  it.each([
    ["throws", 'throw new Error("no key today");', "no key today"],
    ["throws nothing in particular", "throw undefined;", "undefined"],
    ["has a syntax error", "export const work = {;", "SyntaxError"],
    ["imports what there is not", 'import "./nowhere.mjs"; export const work = 1;', "nowhere.mjs"],
    ["has no such export", "export const play = () => 1;", '"work"'],
  ])("fails, in one line that names procedure, file and reason, where the task file %s", async (_, source, reason) => {
    const { code, last, more } = await failing(APP, { "work.mjs": source });
    expect(code).toBe(1);
    expect(last).toMatch(/^fugitive: the compute host cannot run: .*"heavy\.work".*\/work\.mjs/);
    expect(last).toContain(reason);
    expect(more).toEqual([]);
  });

  it.each([
    ["the thread", "process.exit(3);", /"heavy\.work".*\/work\.mjs.*exit code 3$/],
    ["the process", 'process.kill(process.pid, "SIGKILL");', /signal SIGKILL$/],
  ])("fails, and does not try for ever, where the task file ends %s", async (_, source, reason) => {
    const { code, last } = await failing(APP, { "work.mjs": source });
    expect(code).toBe(1);
    expect(last).toMatch(/^fugitive: the compute host cannot run: /);
    expect(last).toMatch(reason);
  });

  it("fails where a socket worker cannot serve, and the compute host ends with the rest", async () => {
    const app = `
      import cluster from "node:cluster";
      ${APP}
      if (cluster.worker.id === 2) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        throw new Error("no database for the second");
      }`;
    const { code, last } = await failing(app, { "work.mjs": "export const work = () => 1;" }, "2");
    expect(code).toBe(1);
    expect(last).toBe("fugitive: socket worker 2 cannot serve: no database for the second");
  });
});

/** Its procedure is none that runs on a thread, but what it does is. */
const LATER = `
  const work = thread(new URL("./work.mjs", import.meta.url), { export: "work" });
  export const app = defineApp({ procedures: { work: async (input, context) => work.run(input, context) } });`;

describe("a compute host that is first needed by a call", () => {
  it("is not there before, and is one for all", async () => {
    const files = { "work.mjs": "export const work = (input) => 2 * input;" };
    const cluster = await startCluster({ app: LATER, files });
    expect(cluster.alive).toHaveLength(3);
    const clients = await clientPerWorker(cluster);
    for (const client of clients) client.send([Kind.CALL, 1, "work", 21]);
    for (const client of clients) expect(await answers(client, [1])).toEqual([{ result: 42 }]);
    expect(await cluster.compute()).toMatchObject({ restarts: 0, running: 0 });
    expect(cluster.alive).toHaveLength(4);
  });

  it("comes in the end where there was no process to be had for it at first", async () => {
    const breakable = `
      globalThis.other = "/nowhere/node";
      process.on("SIGUSR2", () => {
        [process.execPath, globalThis.other] = [globalThis.other, process.execPath];
        process.stdout.write(JSON.stringify({ msg: "exchanged" }) + "\\n");
      });`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(breakable)}`;
    const files = { "work.mjs": "export const work = (input) => input;" };
    const cluster = await startCluster({ app: LATER, files, env: { NODE_OPTIONS: preload } });
    const client = await cluster.connect();
    cluster.kill("SIGUSR2");
    await cluster.logged("exchanged");
    client.send([Kind.CALL, 1, "work", "patient"]);
    await cluster.logged(/not started: spawn .nowhere.node ENOENT/);
    cluster.kill("SIGUSR2");
    expect(await answers(client, [1])).toEqual([{ result: "patient" }]);
    client.destroy();
  });

  it("is there even where that call's file cannot be loaded, and the call is told at once", async () => {
    const files = { "work.mjs": 'throw new Error("no key today");' };
    const cluster = await startCluster({ app: LATER, files });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "work"]);
    expect(await answers(client, [1])).toEqual([{ error: "INTERNAL" }]);
    await cluster.logged(/no key today/);
    client.destroy();
  });
});
