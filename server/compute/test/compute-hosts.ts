import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createPack } from "../../../shared/msgpack-codec.ts";
import { type Config, loadConfig } from "../../config.ts";
import { ComputeClient } from "../compute-client.ts";
import { ComputeHost } from "../compute-host.ts";
import type { TaskDefinition } from "../hosted-task.ts";
import { TaskScope } from "../task-scope.ts";
import type { ThreadTask } from "../thread.ts";
import { type TestTaskOptions, taskOf } from "./compute-app.ts";

export interface TestClient {
  readonly client: ComputeClient;
  /** What it told of its tasks, each time. */
  readonly needed: (readonly TaskDefinition[])[];
  run(task: ThreadTask, input?: unknown, options?: { tenant?: string; signal?: AbortSignal }): Promise<unknown>;
}

/** A place for a compute host, where hosts may come and go. */
export interface ComputePlace {
  readonly path: string;
  readonly warnings: readonly string[];
  host(): Promise<ComputeHost>;
  client(options?: { maxHeld?: number; budget?: number }): TestClient;
}

/** The task of a procedure, as the compute client wants it. */
export function threadTask(name: string, options?: TestTaskOptions): ThreadTask {
  const { task } = taskOf(name, options);
  if (task === undefined) throw new Error("A thread's procedure has no task.");
  return task;
}

/** All in this process, for one test. */
export function computePlace(overrides: Partial<Config> = {}): ComputePlace {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-test-"));
  const path = join(folder, "compute");
  const secret = randomBytes(16).toString("hex");
  const warnings: string[] = [];
  const { config } = loadConfig({ env: {}, overrides: { computeThreads: 1, computeGraceMs: 50, ...overrides } });
  const note = (...[fields, message]: [object | string, string?]) => void warnings.push(message ?? String(fields));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path,
    warnings,
    async host() {
      const host = new ComputeHost({ config, bus: { path, secret }, sources: [], log: { warn: note, error: note } });
      onTestFinished(() => host.close());
      await host.start();
      return host;
    },
    client({ maxHeld = 100, budget = 1_000_000 } = {}) {
      const needed: (readonly TaskDefinition[])[] = [];
      const client = new ComputeClient({
        path,
        secret,
        worker: 1,
        budget,
        maxHeld,
        pack: createPack(),
        needed: (tasks) => void needed.push(tasks),
      });
      onTestFinished(() => client.close());
      return {
        client,
        needed,
        run(task, input, { tenant = "somebody", signal } = {}) {
          const scope = new TaskScope();
          signal?.addEventListener("abort", () => scope.end(signal.reason));
          if (signal?.aborted === true) scope.end(signal.reason);
          return client.run(task, input, { tenant, scope, encoded: false });
        },
      };
    },
  };
}
