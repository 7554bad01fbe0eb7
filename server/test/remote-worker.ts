import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { eventually } from "./patience.ts";

const DIST = new URL("../../dist/server/", import.meta.url);

export interface RemoteWorkerOptions {
  /** Source of its procedures, an object's inside; `AppError` is there. */
  readonly procedures: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `fugitive worker` as it is run, in a process of its own; ended when the test is over. */
export class RemoteWorker {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly exited: Promise<number | null>;

  constructor({ procedures, env }: RemoteWorkerOptions) {
    const folder = mkdtempSync(join(tmpdir(), "fugitive-worker-test-"));
    const file = join(folder, "tasks.mjs");
    const sdk = JSON.stringify(new URL("queues/sdk/worker.js", DIST).href);
    writeFileSync(
      file,
      `import { AppError, defineProcedures } from ${sdk};
       export const procedures = defineProcedures({ ${procedures} });`,
    );
    this.#process = spawn(process.execPath, [new URL("../cli/bin.js", DIST).pathname, "worker", file], {
      cwd: folder,
      env: { PATH: process.env.PATH, TMPDIR: folder, LOG_FORMAT: "json", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.exited = new Promise((resolve) => {
      this.#process.once("close", (code) => resolve(code));
    });
    if (this.#process.stdout) {
      createInterface({ input: this.#process.stdout }).on("line", (line) => this.#lines.push(line));
    }
    onTestFinished(async () => {
      this.kill("SIGKILL");
      await this.exited;
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Waits until it takes jobs. */
  async working(): Promise<this> {
    await eventually(() => {
      if (!this.#lines.some((line) => line.includes('"working"'))) throw new Error(this.#lines.join("\n"));
    });
    return this;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

/** Starts one and waits until it takes jobs. */
export function startRemoteWorker(options: RemoteWorkerOptions): Promise<RemoteWorker> {
  return new RemoteWorker(options).working();
}
