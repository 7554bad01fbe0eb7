import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "./links/test/free-port.ts";
import { type Cluster, launchCluster, startCluster } from "./test/cluster.ts";
import { eventually, LIMIT_MS } from "./test/patience.ts";

/** A port that somebody else has. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

/** Starts what cannot start, and tells how it ended. */
async function failing(...options: ConstructorParameters<typeof Cluster>) {
  const cluster = launchCluster(...options);
  const { code } = await cluster.exited;
  expect({ alive: cluster.alive, leftovers: cluster.leftovers }).toEqual({ alive: [], leftovers: [] });
  return { code, stderr: cluster.stderr };
}

describe("a cluster that starts", () => {
  it("is ready on both ports as soon as it says so", async () => {
    const cluster = await startCluster();
    for (const port of [cluster.port, cluster.controlPort]) {
      expect((await cluster.get("/readyz", port)).status).toBe(200);
      expect((await cluster.get("/healthz", port)).status).toBe(200);
    }
    expect((await cluster.status()).map(({ worker }) => worker)).toEqual([1, 2]);
    // the primary, its two socket workers, and the compute host of the demo
    expect(cluster.alive).toHaveLength(4);
  });

  it("is not ready before its workers serve", async () => {
    const control = await freePort();
    const slow = "await new Promise((resolve) => setTimeout(resolve, 400)); export const app = defineApp({});";
    const cluster = launchCluster({ app: slow, env: { CONTROL_PORT: String(control) } });
    const answers: number[] = [];
    await eventually(async () => {
      answers.push((await cluster.get("/readyz", control)).status);
      expect(answers.at(-1)).toBe(200);
    });
    expect(answers[0]).toBe(503);
    await cluster.logged("serving");
  });

  it("serves a module of one's own, from a single worker as well", async () => {
    const app = `export default defineApp({ procedures: { "greet": (name) => "Hello, " + name } });`;
    const cluster = await startCluster({ app, env: { WORKERS: "1" } });
    const client = await cluster.connect();
    expect(await client.ask([2, 1, "greet", "fox"])).toEqual([3, 1, "Hello, fox"]);
    client.destroy();
  });
});

/** Runs a script of one's own, of a server that cannot start, to its end; gives what it wrote to its output. */
async function runScript(rest: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-script-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "script.mjs");
  const server = new URL("../dist/server/index.js", import.meta.url).href;
  const lines = [
    `import { createServer } from ${JSON.stringify(server)};`,
    'import cluster from "node:cluster";',
    'const app = async () => { throw new Error("no database"); };',
    'const options = { workers: 1, host: "127.0.0.1", port: 0, controlPort: "off", logFormat: "json" };',
    "const listening = createServer(app, options).listen();",
    'const tell = (error) => console.log((cluster.isPrimary ? "primary: " : "worker: ") + error.message);',
    rest,
  ];
  writeFileSync(path, lines.join("\n"));
  const env = { PATH: process.env.PATH, TMPDIR: folder };
  return (await promisify(execFile)(process.execPath, [path], { env, timeout: LIMIT_MS, killSignal: "SIGKILL" }))
    .stdout;
}

describe("a socket worker that cannot start ends, and the primary tells why, where its script", () => {
  const told = "primary: socket worker 1 cannot serve: no database";

  it("handles the rejection", async () => {
    const output = await runScript("listening.catch(tell); if (cluster.isWorker) setInterval(() => {}, 1_000);");
    expect(output.trim().split("\n")).toEqual(["worker: no database", told]);
  });

  it("does nothing about it", async () => {
    const [logged, last] = (await runScript("if (cluster.isPrimary) listening.catch(tell);")).trim().split("\n");
    expect(JSON.parse(logged ?? "")).toMatchObject({ level: "error", error: { message: "no database" } });
    expect(last).toBe(told);
  });
});

describe("a cluster that cannot start", () => {
  it("says in one line that the clients' port is taken, and ends with code 1", async () => {
    const port = await takenPort();
    expect(await failing({ env: { PORT: String(port) } })).toEqual({
      code: 1,
      stderr: `fugitive: 127.0.0.1:${port} is taken by another program: stop that, or choose another PORT\n`,
    });
  });

  it("says in one line that the control port is taken, and ends with code 1", async () => {
    const port = await takenPort();
    expect(await failing({ env: { CONTROL_PORT: String(port) } })).toEqual({
      code: 1,
      stderr: `fugitive: 127.0.0.1:${port} is taken by another program: stop that, or choose another CONTROL_PORT\n`,
    });
  });

  it("says that there is no process to be had for its workers, and ends with code 1", async () => {
    const preload = `--import=data:text/javascript,${encodeURIComponent('process.execPath = "/nowhere/node"')}`;
    expect(await failing({ env: { NODE_OPTIONS: preload, WORKERS: "1" } })).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^fugitive: socket worker 1 ended before it served \(could not be started: spawn .nowhere.node ENOENT\)$/m,
      ),
    });
  });

  it.each([
    ["throws", 'throw new Error("no database today");', "no database today"],
    ["has a syntax error", "export const app = {;", "SyntaxError"],
    ["exports no application", "export const application = defineApp({});", "exports no application"],
    ["ends the process", "process.exit(3);", "exit code 3"],
  ])("says what is wrong with an application that %s, and ends with code 1", async (_, app, text) => {
    const { code, stderr } = await failing({ app, env: { WORKERS: "1" } });
    expect(code).toBe(1);
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/^fugitive: socket worker 1 cannot serve|^fugitive: socket worker 1 ended before/m);
  });
});
