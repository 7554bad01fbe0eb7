import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished } from "vitest";
import type { ComputeReport } from "../compute/compute-metrics.ts";
import { eventually } from "./patience.ts";
import { childrenOf, isAlive, tryToKill } from "./processes.ts";
import { RawClient, type RawClientOptions } from "./raw-client.ts";
import { TRIED_TRANSPORT } from "./tried-transport.ts";

const DIST = new URL("../../dist/server/", import.meta.url);
const HOST = "127.0.0.1";

export type LogRecord = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface ClusterOptions {
  /** Environment on top of: two workers, free ports, a JSON log. */
  readonly env?: Readonly<Record<string, string>>;
  /** Source of an application module; `AppError`, `defineApp`, `queue` and `thread` are there. @default the demo */
  readonly app?: string;
  /** Sources of files beside that module, by their names. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The record of a server that is up. */
type Serving = LogRecord & { addresses: { public: string[]; control: string }; workers: unknown[] };

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the control port tells of one worker. */
export interface WorkerStatus {
  readonly worker: number;
  readonly pid: number;
  readonly state: "starting" | "serving" | "draining";
  /** None of one that starts. */
  readonly connections: number;
}

/** What the control port tells of the compute host: no report of its own where it is silent. */
export interface ComputeStatus extends Partial<ComputeReport> {
  readonly pid: number;
  readonly restarts: number;
  readonly uptime: number;
  readonly silent?: true;
}

/** The server as it is run, in processes of its own. Whoever starts one ends it, whatever became of it. */
export class Cluster {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #written = new Set<string>();
  readonly exited: Promise<Exit>;
  readonly records: LogRecord[] = [];
  stderr = "";
  #pids: number[] = [];
  readonly #clients: RawClient[] = [];

  constructor(options: ClusterOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), "fugitive-cluster-test-"));
    this.write(options);
    const app = options.app !== undefined ? [join(this.#folder, APP_FILE)] : [];
    const args = [new URL("../cli/bin.js", DIST).pathname, "serve", ...app];
    this.#process = spawn(process.execPath, args, {
      cwd: this.#folder,
      env: {
        PATH: process.env.PATH,
        TMPDIR: this.#folder,
        ...{ HOST, PORT: "0", CONTROL_PORT: "0", WORKERS: "2", LOG_FORMAT: "json", ...TRIED_TRANSPORT },
        ...options.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a process group of its own, as at a terminal
    });
    this.exited = new Promise((resolve) => {
      this.#process.once("close", (code, signal) => resolve({ code, signal }));
    });
    const { stdout, stderr } = this.#process;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.records.push(JSON.parse(line)));
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** The primary. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get port(): number {
    return portOf(this.#serving.addresses.public[0]);
  }

  get controlPort(): number {
    return portOf(this.#serving.addresses.control);
  }

  /** Every process of this cluster that was ever heard of and still lives, the primary included. */
  get alive(): number[] {
    this.#note();
    return this.#pids.filter(isAlive);
  }

  /** What there is in the folder for temporary files: names without their random part. */
  get leftovers(): string[] {
    return readdirSync(this.#folder).filter((name) => !this.#written.has(name));
  }

  /** Writes the application's module and what is beside it, as a deployment does. */
  write(options: Pick<ClusterOptions, "app" | "files">): void {
    for (const [name, source] of Object.entries(sourcesOf(options))) {
      writeFileSync(join(this.#folder, name), source);
      this.#written.add(name);
    }
  }

  /** Waits for a record of the log. */
  logged(text: string | RegExp, count = 1): Promise<LogRecord> {
    const found = () => this.records.filter(({ msg }) => (typeof text === "string" ? msg === text : text.test(msg)));
    return eventually(() => {
      const record = found()[count - 1];
      if (record === undefined) throw new Error(`Not logged: ${text}\n${this.stderr}${JSON.stringify(this.records)}`);
      return record;
    });
  }

  /** Sends a signal to the primary. */
  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Sends a signal to all processes, as a terminal does. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async connect(options: Omit<RawClientOptions, "port"> = {}): Promise<RawClient> {
    const client = await RawClient.connect({ ...options, port: this.port });
    this.#clients.push(client);
    return client;
  }

  /** Hangs up on all that have connected here, waits until all workers serve and nobody is there, and forgets the log. */
  async asAtFirst(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.destroy();
    const workers = this.#serving.workers.map(() => expect.objectContaining({ state: "serving", connections: 0 }));
    await eventually(async () => expect(await this.status()).toEqual(workers));
    this.records.splice(this.records.indexOf(this.#serving) + 1);
    this.stderr = "";
  }

  get(path: string, port = this.port): Promise<Response> {
    return fetch(`http://${HOST}:${port}${path}`);
  }

  /** Asks the control port to do something. */
  post(path: string, body?: string | Uint8Array<ArrayBuffer>, type?: string): Promise<Response> {
    const headers = type === undefined ? {} : { "content-type": type };
    return fetch(`http://${HOST}:${this.controlPort}${path}`, { method: "POST", headers, ...(body && { body }) });
  }

  /** Asks the control port for JSON. */
  async json(path: string, method = "GET"): Promise<unknown> {
    const url = `http://${HOST}:${this.controlPort}${path}`;
    return (await fetch(url, { method, headers: { accept: "application/json" } })).json();
  }

  async status(): Promise<WorkerStatus[]> {
    return (await this.#status()).workers;
  }

  /** How the compute host is; undefined where there is none. */
  async compute(): Promise<ComputeStatus | undefined> {
    return (await this.#status()).compute;
  }

  async #status(): Promise<{ workers: WorkerStatus[]; compute?: ComputeStatus }> {
    const response = await this.get("/workers", this.controlPort);
    const status = (await response.json()) as { workers: WorkerStatus[]; compute?: ComputeStatus };
    this.#pids.push(...status.workers.map(({ pid }) => pid), status.compute?.pid ?? 0);
    return status;
  }

  get #serving() {
    return this.records.find(({ msg }) => msg === "serving") as Serving;
  }

  /** Remembers the children as long as they are known as such. */
  #note(): void {
    this.#pids = [...new Set([this.pid, ...this.#pids, ...childrenOf(this.pid)])];
  }

  /** Kills all of it that is left. */
  async end(): Promise<void> {
    this.#note();
    for (const pid of this.alive) if (pid > 0) tryToKill(pid);
    if (this.pid > 0) await this.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const APP_FILE = "app.mjs";

/** For tests of the server itself: unlike the demo it has nothing for compute threads, whose process takes long to start. */
export const PLAIN_APP = `export const app = defineApp({
  procedures: {
    "test.echo": (data) => data,
    "test.delay": (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
  },
  channels: { "*": {} },
});`;

/** What is to be written, by names: the application, if it is not the demo, and what is beside it. */
function sourcesOf({ app, files }: ClusterOptions): Readonly<Record<string, string>> {
  if (app === undefined) return { ...files };
  const server = JSON.stringify(new URL("index.js", DIST).href);
  return { ...files, [APP_FILE]: `import { AppError, defineApp, queue, thread } from ${server};\n${app}` };
}

/** Starts a cluster for one test, and waits until it serves. */
export function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return serving(launchCluster(options));
}

/** Starts one for one test, whatever becomes of it. */
export function launchCluster(options: ClusterOptions = {}): Cluster {
  const cluster = new Cluster(options);
  onTestFinished(() => cluster.end());
  return cluster;
}

/** Waits until a cluster serves. */
export async function serving(cluster: Cluster): Promise<Cluster> {
  const failed = cluster.exited.then(({ code }) => {
    throw new Error(`The cluster ended with ${code} before it served:\n${cluster.stderr}`);
  });
  await Promise.race([cluster.logged("serving"), failed]);
  cluster.alive; // so that they are known
  return cluster;
}

function portOf(url: string | undefined): number {
  return Number(new URL(url ?? "http://none:0").port);
}
