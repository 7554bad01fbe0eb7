import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { childrenOf, isAlive, signal } from "./processes.mjs";

const HOST = "127.0.0.1";
const START_MS = 60_000;
const ANSWER_MS = 10_000;
const END_MS = 30_000;
const LOOK_MS = 20;

/** Bytes that a slow reader may leave unread. */
export const SEND_BUDGET = 1_000_000;
/** Small, so that a short run gets to the limits; long enough for a client that waits its turn on a busy machine. */
const SETTINGS = {
  HEARTBEAT_MS: "5000",
  SESSION_WINDOW_MS: "120000",
  SEND_BUDGET: `${SEND_BUDGET}`,
  // a run of minutes fills it, and nobody is away for so long that it misses what no longer fits
  HISTORY_BUDGET: `${32 * 1024 * 1024}`,
  DRAIN_MS: "3000",
  LOG_FORMAT: "json",
};

/** The server as it is run: a primary and its socket workers. It is ended with this process, whatever becomes of that. */
export class Cluster {
  #process;
  #folder = mkdtempSync(join(tmpdir(), "fugitive-stress-"));
  #pids = new Set();
  #atExit = () => this.kill();
  /** What was logged. */
  records = [];
  stderr = "";
  exited;

  constructor(workers, app, settings) {
    writeFileSync(this.#runsFile, "");
    const file = (path) => fileURLToPath(new URL(path, import.meta.url));
    this.#process = spawn(process.execPath, [file("../dist/cli/bin.js"), "serve", file(app)], {
      cwd: this.#folder,
      env: {
        ...{ PATH: process.env.PATH, TMPDIR: this.#folder, PORT: "0", ...SETTINGS, ...settings },
        ...{ HOST, CONTROL_PORT: "0", CONTROL_HOST: HOST, WORKERS: `${workers}` },
        ...{ STRESS_RUNS: this.#runsFile, STRESS_PID: `${process.pid}` },
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // Ctrl-C is for this process, which ends the cluster in its own time
    });
    this.exited = new Promise((resolve) => {
      this.#process.once("close", (code, signalName) => resolve({ code, signal: signalName }));
    });
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.records.push(parsed(line)));
    this.#process.stderr.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
    process.once("exit", this.#atExit);
  }

  /**
   * Starts one and waits until it serves.
   * @param app the application's module, seen from here
   * @param settings options, as environment variables, on top of what a run needs
   */
  static async start(workers, app = "app.mjs", settings = {}) {
    const cluster = new Cluster(workers, app, settings);
    let over = false;
    cluster.exited.then(() => {
      over = true;
    });
    for (const end = performance.now() + START_MS; cluster.#addresses === undefined; await sleep(LOOK_MS)) {
      if (over || performance.now() > end) throw new Error(`The cluster does not serve:\n${cluster.log}`);
    }
    return cluster;
  }

  /** The primary. */
  get pid() {
    return this.#process.pid ?? 0;
  }

  get port() {
    return portOf(this.#addresses.public[0]);
  }

  get log() {
    return `${this.stderr}${this.records.map((record) => JSON.stringify(record)).join("\n")}`;
  }

  /** What was run, and how: a line for each time. */
  get runs() {
    const lines = readFileSync(this.#runsFile, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => line.split(" "));
  }

  /** How the control port says that everything is. */
  async status() {
    const status = await (await this.#control("/workers")).json();
    for (const { pid } of status.workers) this.#pids.add(pid);
    return status;
  }

  /** Has it have another number of socket workers. */
  async scale(count) {
    const response = await this.#control(`/scale?workers=${count}`, { method: "POST" });
    if (!response.ok) throw new Error(`POST /scale was answered ${response.status}: ${await response.text()}`);
  }

  /** Every process of this cluster that was ever heard of and still lives. */
  alive() {
    for (const pid of childrenOf(this.pid)) this.#pids.add(pid);
    return [this.pid, ...this.#pids].filter(isAlive);
  }

  /** Ends it as an operator would. @returns how that went */
  async stop() {
    this.alive();
    signal(this.pid, "SIGTERM");
    return Promise.race([this.exited, sleep(END_MS, "never", { ref: false })]);
  }

  /** Ends what is left of it, at once. */
  kill() {
    process.off("exit", this.#atExit);
    for (const pid of this.alive()) signal(pid, "SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #runsFile() {
    return join(this.#folder, "runs");
  }

  get #addresses() {
    return this.records.find(({ msg }) => msg === "serving")?.addresses;
  }

  #control(path, init) {
    const url = `http://${HOST}:${portOf(this.#addresses.control)}${path}`;
    return fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { level: "error", msg: line };
  }
}

function portOf(url) {
  return Number(new URL(url).port);
}
