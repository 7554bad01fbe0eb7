import type { TaskDefinition } from "../compute/hosted-task.ts";
import type { Config } from "../config.ts";

/** Environment variable that makes a process a socket worker, and tells it what it needs to know. */
export const SOCKET_WORKER_ENV = "FUGITIVE_SOCKET_WORKER";

/** Where the processes of one server find each other, and what proves that they are of it. */
export interface BusAddresses {
  /** The primary's bus. */
  readonly path: string;
  /** The compute host's. */
  readonly compute: string;
  readonly secret: string;
}

/** What the primary tells a socket worker at birth. */
export interface WorkerBirth {
  readonly worker: number;
  readonly bus: BusAddresses;
  readonly config: Config;
}

/** What a socket worker tells the primary, over cluster IPC. */
export type FromWorker =
  | { readonly type: "serving"; readonly port: number }
  /** It cannot serve; it ends by itself after this. */
  | { readonly type: "failed"; readonly code: string | undefined; readonly message: string }
  /** Its application has tasks for a compute host. */
  | { readonly type: "compute"; readonly tasks: readonly TaskDefinition[] }
  | { readonly type: "status"; readonly reference: number; readonly connections: number; readonly memory: number };

/** What the primary tells a socket worker. */
export type ToWorker = { readonly type: "drain" } | { readonly type: "status"; readonly reference: number };
