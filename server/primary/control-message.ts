import type { Config } from "../config.ts";

/** Environment variable that makes a process a socket worker, and tells it what it needs to know. */
export const SOCKET_WORKER_ENV = "FUGITIVE_SOCKET_WORKER";

/** What the primary tells a socket worker at birth. */
export interface WorkerBirth {
  readonly worker: number;
  readonly bus: { readonly path: string; readonly secret: string };
  readonly config: Config;
}

/** What a socket worker tells the primary, over cluster IPC. */
export type FromWorker =
  | { readonly type: "serving"; readonly port: number }
  /** It cannot serve; it ends by itself after this. */
  | { readonly type: "failed"; readonly code: string | undefined; readonly message: string }
  | { readonly type: "status"; readonly reference: number; readonly connections: number; readonly memory: number };

/** What the primary tells a socket worker. */
export type ToWorker = { readonly type: "drain" } | { readonly type: "status"; readonly reference: number };
