import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endWithThis } from "./service.mjs";

const START_MS = 60_000;
const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** `fugitive worker`, as it is run. */
export class RemoteWorker {
  #process;
  /** What was logged, as it was written. */
  lines = [];
  stderr = "";

  constructor(env) {
    const args = [file("../../dist/cli/bin.js"), "worker", file("tasks.mjs")];
    this.#process = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, LOG_FORMAT: "json", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    endWithThis(this.#process);
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.lines.push(line));
    this.#process.stderr.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
  }

  get pid() {
    return this.#process.pid ?? 0;
  }

  /** Starts one and waits until it takes jobs. */
  static async start(env) {
    const worker = new RemoteWorker(env);
    for (const end = performance.now() + START_MS; !worker.#working; await sleep(20)) {
      if (worker.#over || performance.now() > end) {
        throw new Error(`The remote worker does not work:\n${worker.stderr}${worker.lines.join("\n")}`);
      }
    }
    return worker;
  }

  /** Sends a signal, and resolves with the exit code when it has ended. */
  async end(signal) {
    if (this.#over) return this.#process.exitCode;
    const ended = once(this.#process, "close");
    this.#process.kill(signal);
    const [code] = await ended;
    return code;
  }

  get #working() {
    return this.lines.some((line) => line.includes('"working"'));
  }

  get #over() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
